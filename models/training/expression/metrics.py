"""Figures of a classifier, from logits or probabilities and true labels. NumPy alone."""

from typing import Any

import numpy as np


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Probabilities ``[N, classes]``."""
    shifted = (logits - logits.max(1, keepdims=True)) / temperature
    powers = np.exp(shifted)
    return powers / powers.sum(1, keepdims=True)


def fit_temperature(logits: np.ndarray, targets: np.ndarray) -> float:
    """Temperature of least cross-entropy against soft targets (Guo et al. 2017); golden section in log T.

    :param targets: float ``[N, classes]``, rows sum to 1
    """

    def cost(log_t: float) -> float:
        return float(-(targets * np.log(softmax(logits, np.exp(log_t)) + 1e-12)).sum(1).mean())

    low, high, ratio = np.log(0.2), np.log(5.0), (np.sqrt(5) - 1) / 2
    for _ in range(40):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if cost(left) < cost(right) else (left, high)
    return float(np.exp((low + high) / 2))


def confusion(truth: np.ndarray, guess: np.ndarray, classes: int) -> np.ndarray:
    """int64 ``[classes, classes]``, rows are the truth."""
    return np.bincount(truth * classes + guess, minlength=classes * classes).reshape(classes, classes)


def per_class(matrix: np.ndarray, names: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """Precision, recall, F1 and rows of every label that has rows, from a confusion matrix."""
    result = {}
    for i, name in enumerate(names):
        hits, support, called = int(matrix[i, i]), int(matrix[i].sum()), int(matrix[:, i].sum())
        if support:
            result[name] = {
                "precision": round(hits / called, 4) if called else 0.0,
                "recall": round(hits / support, 4),
                "f1": round(2 * hits / (support + called), 4),
                "rows": support,
            }
    return result


def reliability(confidence: np.ndarray, right: np.ndarray, bins: int = 10) -> dict[str, Any]:
    """Expected calibration error, and mean confidence, accuracy and rows of each bin of confidence."""
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    rows = np.bincount(which, minlength=bins)
    mean = np.bincount(which, confidence, bins) / np.maximum(rows, 1)
    accuracy = np.bincount(which, right, bins) / np.maximum(rows, 1)
    error = float((np.abs(mean - accuracy) * rows).sum() / rows.sum())
    return {
        "expected_calibration_error": round(error, 4),
        "confidence": mean.round(4).tolist(),
        "accuracy": accuracy.round(4).tolist(),
        "rows": rows.tolist(),
    }


def binary_f1(truth: np.ndarray, guess: np.ndarray) -> float:
    """F1 of the positive class, bool arrays."""
    return float(2 * (truth & guess).sum() / max(1, truth.sum() + guess.sum()))


def recall_at_false_positives(scores: np.ndarray, truth: np.ndarray, rate: float) -> tuple[float, float]:
    """Share of positives above the threshold that at most ``rate`` of the negatives exceed, and that
    threshold.
    """
    negatives = np.sort(scores[~truth])[::-1]
    threshold = float(negatives[int(rate * len(negatives))])
    return float((scores[truth] > threshold).mean()), threshold
