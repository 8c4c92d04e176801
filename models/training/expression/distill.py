"""Soft targets from trained networks: crowd votes smoothed by them, and a guess where nobody voted."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.errors import BadDataError
from models.training.expression import networks, runtime, shipped
from models.training.expression.device import fast_precision
from models.training.expression.labels import NOT_A_FACE

GUESS_WEIGHT = 0.8  # of a row that has the teachers' word alone


class Teachers:
    """One or more networks that give their opinion of the very pictures that the pupil sees.

    Ten votes are a noisy draw from what a large crowd would say; a network fitted to all rows is a second
    opinion (Furlanello et al. 2018, born-again networks). It is asked about each augmented view, not once
    about the picture: of those it was trained on it knows the votes by heart, and a teacher who sees
    the same view teaches better (Beyer et al. 2022, arXiv:2106.05237).
    """

    def __init__(self, files: Sequence[Path], share: float, classes: int, device: torch.device) -> None:
        """
        :param share: of the teachers in the targets of rows that were voted on; the votes keep the rest
        :raises BadDataError: unreadable, or of other labels
        """
        self.share, self.device = share, device
        compiled = device.type == "cpu"
        self.teachers: list[_Network | _Int8File] = [
            _Int8File(file, classes)
            if compiled and file.suffix == ".tflite"
            else _Network(file, classes, device)
            for file in files
        ]

    @torch.no_grad()
    def targets(self, images: Tensor, targets: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Targets and weights of a batch with the teachers' opinion in them; rows of no face stay.

        A row of ``targets`` that is all zero, a face nobody voted on, gets their opinion alone.
        """
        opinion = self._opinion(images)
        as_face = opinion.clone()
        as_face[:, NOT_A_FACE:] = 0
        as_face /= as_face.sum(1, keepdim=True)
        unknown = (targets.sum(1) == 0).unsqueeze(1)
        no_face = (targets[:, NOT_A_FACE:].sum(1) == 1).unsqueeze(1)
        mixed = torch.lerp(targets, opinion, self.share)
        mixed = torch.where(unknown, as_face, torch.where(no_face, targets, mixed))
        return mixed, torch.where(unknown[:, 0], GUESS_WEIGHT * weights, weights)

    def _opinion(self, images: Tensor) -> Tensor:
        opinions = [functional.softmax(teacher.logits(images), 1) for teacher in self.teachers]
        return torch.stack(opinions).mean(0)


class _Network:
    """A teacher in PyTorch."""

    def __init__(self, file: Path, classes: int, device: torch.device) -> None:
        from torch.fx.experimental.optimization import fuse  # noqa: PLC0415 (it warns of its own use of PyTorch)

        self.device = device
        stored = shipped.load(file)
        _same_labels(file, stored.classes, classes)
        network = fuse(networks.from_checkpoint(stored, file).eval())  # 1.7 times as fast on a CPU
        self.network: nn.Module = network.to(device, memory_format=torch.channels_last)
        self.side = networks.side_of(stored.architecture)

    def logits(self, images: Tensor) -> Tensor:
        """float32 ``[N, classes]``."""
        views = images
        if images.shape[-1] != self.side:
            views = functional.interpolate(images, size=self.side, mode="bilinear", align_corners=False)
        with fast_precision(self.device):
            return self.network(views).float()


class _Int8File:
    """A teacher as ``convert`` writes it, in the TFLite runtime.

    On a CPU with int8 dot products 4.4 times as fast as PyTorch in bfloat16 (``face_mobile_128``, one
    thread).
    """

    def __init__(self, file: Path, classes: int) -> None:
        self.model = runtime.load(file, torch.get_num_threads())
        labels = self.model.card["labels"]
        _same_labels(file, len(labels), classes)
        # what `convert` added to hold "happy" back is no part of what was learned
        self.offsets = np.array(self.model.card["training"].get("offsets", [0.0] * classes), np.float32)

    def logits(self, images: Tensor) -> Tensor:
        """float32 ``[N, classes]``."""
        views = (images[:, 0] * 255).round().to(torch.uint8).numpy()
        return torch.from_numpy(self.model.logits(views) - self.offsets)


def _same_labels(file: Path, theirs: int, ours: int) -> None:
    if theirs != ours:
        raise BadDataError(f"--teacher {file}: it knows {theirs} labels, this run {ours}")
