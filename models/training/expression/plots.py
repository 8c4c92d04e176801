"""Curves, confusion matrix and reliability diagram as PNG."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
from matplotlib import pyplot as plt


def curves(history: list[dict[str, float]], path: Path) -> None:
    """Loss and PublicTest accuracy by epoch, on an axis that shows what a run from trained weights gains."""
    epochs = [row["epoch"] for row in history]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    left.plot(epochs, [row["loss"] for row in history])
    left.set(xlabel="epoch", ylabel="training loss")
    right.plot(epochs, [row["public_test"] for row in history])
    right.set(xlabel="epoch", ylabel="PublicTest accuracy")
    right.grid(alpha=0.3)
    _save(figure, path)


def confusion(matrix: list[list[int]], labels: list[str], path: Path) -> None:
    """Share of each true label (row) that was given each label (column), with the counts."""
    counts = np.array(matrix)
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    figure, axes = plt.subplots(figsize=(6, 5.2), layout="constrained")
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(labels)), labels, rotation=45, ha="right")
    axes.set_yticks(range(len(labels)), labels)
    axes.set(xlabel="given label", ylabel="true label")
    for (row, column), share in np.ndenumerate(shares):
        if counts[row, column]:
            colour = "white" if share > 0.5 else "black"
            text = f"{share:.2f}\n{counts[row, column]}"
            axes.text(column, row, text, ha="center", va="center", fontsize=7, color=colour)
    _save(figure, path)


def reliability(bins: dict[str, Any], title: str, path: Path) -> None:
    """Accuracy against confidence; on the diagonal a score is a probability."""
    rows = np.array(bins["rows"])
    filled = rows > 0
    figure, axes = plt.subplots(figsize=(4, 4), layout="constrained")
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    confidence, accuracy = np.array(bins["confidence"])[filled], np.array(bins["accuracy"])[filled]
    axes.scatter(confidence, accuracy, s=10 + 90 * rows[filled] / rows.max())
    axes.plot(confidence, accuracy)
    error = bins["expected_calibration_error"]
    axes.set(xlabel="score", ylabel="share that is right", title=f"{title} (calibration error {error})")
    _save(figure, path)


def _save(figure: plt.Figure, path: Path) -> None:
    figure.savefig(path, dpi=100)
    plt.close(figure)
