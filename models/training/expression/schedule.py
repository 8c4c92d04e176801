"""Course of a training: optimiser, learning rate, side of the input, and average of the weights."""

import math

import torch
from torch import nn

from models.training.errors import BadDataError

GROWING = "32:0.4,40:0.7,48:1"
"""Sides of the input of the residual networks."""
AVERAGING = 0.998
"""Share of the old average that is kept at each step (EMA of the weights)."""


def optimiser(*networks: nn.Module, rate: float, decay: float) -> torch.optim.Optimizer:
    """Stochastic gradient descent with Nesterov's momentum; biases and normalisations do not decay."""
    learned = [p for network in networks for p in network.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in learned if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in learned if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.SGD(groups, lr=rate, momentum=0.9, nesterov=True)


def learning_rate(progress: float, peak: float, warm_up: float = 0.04) -> float:
    """Linear warm-up, then half a cosine to zero; ``progress`` 0..1."""
    if progress < warm_up:
        return peak * (progress + 1e-3) / warm_up
    return peak * 0.5 * (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up)))


def parse_sizes(text: str) -> list[tuple[int, float]]:
    """``"32:0.4,48:1"`` to ``[(32, 0.4), (48, 1.0)]``.

    :raises BadDataError: not of that form
    """
    try:
        return [(int(side), float(until)) for side, until in (step.split(":") for step in text.split(","))]
    except ValueError:
        raise BadDataError(f"--sizes {text}: expected SIDE:SHARE,... such as {GROWING}") from None


def size_at(progress: float, sizes: list[tuple[int, float]]) -> int:
    """Input side at that part of the run: small pictures first train several times faster."""
    return next((side for side, until in sizes if progress < until), sizes[-1][0])


@torch.no_grad()
def update_average(averaged: nn.Module, network: nn.Module, step: int) -> None:
    """Move the weights of ``averaged`` towards those of ``network``, further in the first of the steps."""
    keep = min(AVERAGING, (1 + step) / (10 + step))
    states = (averaged.state_dict().values(), network.state_dict().values())
    for mean, now in zip(*states, strict=True):
        if mean.is_floating_point():
            mean.lerp_(now, 1 - keep)
        else:
            mean.copy_(now)
