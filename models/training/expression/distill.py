"""Soft targets from trained networks: crowd votes smoothed by them, and a guess where nobody voted."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.errors import BadDataError
from models.training.expression import networks, shipped
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
        from torch.fx.experimental.optimization import fuse  # noqa: PLC0415 (it warns of its own use of PyTorch)

        self.share, self.device = share, device
        self.networks: list[tuple[nn.Module, int]] = []
        for file in files:
            stored = shipped.load(file)
            if stored.classes != classes:
                raise BadDataError(f"--teacher {file}: it knows {stored.classes} labels, this run {classes}")
            network = fuse(networks.from_checkpoint(stored, file).eval())  # 1.7 times as fast on a CPU
            network = network.to(device, memory_format=torch.channels_last)
            self.networks.append((network, networks.side_of(stored.architecture)))

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
        total = torch.zeros((), device=self.device)
        for network, side in self.networks:
            views = images
            if images.shape[-1] != side:
                views = functional.interpolate(images, size=side, mode="bilinear", align_corners=False)
            with fast_precision(self.device):
                logits = network(views)
            total = total + functional.softmax(logits.float(), 1)
        return total / len(self.networks)
