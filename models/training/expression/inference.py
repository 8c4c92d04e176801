"""Running the float network of a checkpoint."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from models.training.expression import checkpoint, metrics, networks
from models.training.expression.batches import resized, to_network
from models.training.expression.labels import EYE_STATES, FER2013_LABELS, LABELS


class FloatModel:
    """The averaged network of a checkpoint, in float32."""

    def __init__(self, path: Path) -> None:
        self.checkpoint = checkpoint.load(path)
        self.network = networks.from_checkpoint(self.checkpoint, path)
        self.side = networks.side_of(self.checkpoint.architecture)
        self.labels = list(LABELS if self.checkpoint.classes >= len(LABELS) else FER2013_LABELS)
        self.eye_states = list(EYE_STATES[: self.checkpoint.classes - len(self.labels)])

    @torch.no_grad()
    def shift(self, offsets: np.ndarray) -> None:
        """Add ``offsets`` ``[classes]`` to the logits for good: they become part of the last layer's bias."""
        last = [layer for layer in self.network.modules() if isinstance(layer, nn.Linear | nn.Conv2d)][-1]
        last.bias[: len(offsets)] += torch.from_numpy(offsets).to(last.bias)

    def logits(self, images: np.ndarray) -> np.ndarray:
        """float32 ``[N, classes]`` for uint8 ``[N, S, S]``, resized to the network's side: the expression."""
        return self.outputs(images)[:, : len(self.labels)]

    def eyes(self, images: np.ndarray) -> np.ndarray | None:
        """Probabilities float32 ``[N, 3]`` of eyes open, closed, unknown; None without such outputs."""
        return metrics.softmax(self.outputs(images)[:, len(self.labels) :]) if self.eye_states else None

    @torch.no_grad()
    def outputs(self, images: np.ndarray) -> np.ndarray:
        """float32 ``[N, outputs]``, all logits: expression, then eyes where the network has them."""
        views = resized(images, self.side)
        parts = [self.network(to_network(views[i : i + 256])).numpy() for i in range(0, len(views), 256)]
        return np.concatenate(parts)
