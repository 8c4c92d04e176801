"""Running the float network of a checkpoint."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from models.training.expression import checkpoint, networks
from models.training.expression.batches import resized, to_network
from models.training.expression.labels import FER2013_LABELS, LABELS


class FloatModel:
    """The averaged network of a checkpoint, in float32."""

    def __init__(self, path: Path) -> None:
        self.checkpoint = checkpoint.load(path)
        self.network = networks.from_checkpoint(self.checkpoint, path)
        self.side = networks.side_of(self.checkpoint.architecture)
        self.labels = list(LABELS if self.checkpoint.classes == len(LABELS) else FER2013_LABELS)

    @torch.no_grad()
    def shift(self, offsets: np.ndarray) -> None:
        """Add ``offsets`` ``[classes]`` to the logits for good: they become part of the last layer's bias."""
        last = [layer for layer in self.network.modules() if isinstance(layer, nn.Linear | nn.Conv2d)][-1]
        last.bias += torch.from_numpy(offsets).to(last.bias)

    @torch.no_grad()
    def logits(self, images: np.ndarray) -> np.ndarray:
        """float32 ``[N, classes]`` for uint8 ``[N, S, S]``, resized to the network's side."""
        views = resized(images, self.side)
        parts = [self.network(to_network(views[i : i + 256])).numpy() for i in range(0, len(views), 256)]
        return np.concatenate(parts)
