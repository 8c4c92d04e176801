"""Training samples of one epoch: FER rows, crops of nothing and unlabelled faces, augmented and shuffled."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from models.training.expression import data
from models.training.expression.augment import Strength, augment
from models.training.expression.labels import LABELS, NOT_A_FACE


@dataclass(frozen=True)
class Batch:
    """``images`` ``[N, 1, S, S]`` in 0..1; ``targets`` ``[N, classes]``; ``weights`` ``[N]``; all float32.

    A row of ``targets`` that is all zero is a face of unknown expression: only "it is a face" is known.
    """

    images: Tensor
    targets: Tensor
    weights: Tensor


@dataclass(frozen=True)
class Samples:
    """uint8 ``[N, 48, 48]`` pictures with targets and weights as in :class:`Batch`."""

    images: np.ndarray
    targets: np.ndarray
    weights: np.ndarray

    def __len__(self) -> int:
        return len(self.images)

    def subset(self, count: int, rng: np.random.Generator) -> "Samples":
        """``count`` rows drawn without repetition, or all where there are fewer."""
        rows = rng.permutation(len(self))[:count]
        return Samples(self.images[rows], self.targets[rows], self.weights[rows])


def join(parts: list[Samples]) -> Samples:
    """All rows of all parts."""
    return Samples(
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.targets for part in parts]),
        np.concatenate([part.weights for part in parts]),
    )


@dataclass(frozen=True)
class Mined:
    """Crops from ``prepare``: a cascade's false boxes, random background, faces of unknown expression."""

    cascade: Samples
    background: Samples
    faces: Samples

    def draw(self, rows: int, face_rows: int, rng: np.random.Generator) -> list[Samples]:
        """An epoch's share: up to ``rows`` false boxes, half as much easy background, ``face_rows`` faces."""
        return [
            self.cascade.subset(rows, rng),
            self.background.subset(rows // 2, rng),
            self.faces.subset(face_rows, rng),
        ]


def mined_samples(path: Path) -> Mined:
    """Read the crops that ``prepare`` wrote, without the photos it held out.

    :raises BadDataError: missing, truncated or another file
    """
    crops = data.load_arrays(path, ("cascade", "random", "faces"))
    no_face = np.eye(len(LABELS), dtype=np.float32)[NOT_A_FACE]

    def samples(name: str, target: np.ndarray) -> Samples:
        images = crops[name]
        return Samples(images, np.tile(target, (len(images), 1)), np.ones(len(images), np.float32))

    return Mined(samples("cascade", no_face), samples("random", no_face), samples("faces", 0 * no_face))


def epoch_batches(
    samples: Samples, batch: int, size: int, strength: Strength, rng: np.random.Generator
) -> Iterator[Batch]:
    """Every sample once in random order, each through :func:`augment`; a last short batch is left out."""
    order = rng.permutation(len(samples))
    for start in range(0, len(order) - batch + 1, batch):
        rows = order[start : start + batch]
        views = np.stack([augment(samples.images[row], size, strength, rng) for row in rows])
        yield Batch(
            to_network(views),
            torch.from_numpy(samples.targets[rows]),
            torch.from_numpy(samples.weights[rows]),
        )


def to_network(images: np.ndarray) -> Tensor:
    """uint8 ``[N, S, S]`` to float32 ``[N, 1, S, S]`` in 0..1, channels last in memory."""
    return (
        torch.from_numpy(images).unsqueeze(1).float().div_(255).contiguous(memory_format=torch.channels_last)
    )


def resized(images: np.ndarray, side: int) -> np.ndarray:
    """uint8 ``[N, S, S]`` at the side a network takes; untouched where it is theirs already."""
    if images.shape[1] == side:
        return images
    return np.stack([cv2.resize(image, (side, side)) for image in images])
