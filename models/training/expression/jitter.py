"""Small random changes to a batch of views, so that a pool that is used many times does not wear out."""

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

TURN = 4.0
"""Degrees; standard deviation, as are all of these."""
SCALE = 0.04
SHIFT = 0.02
"""Share of the side: one pixel of 48."""
GAIN = 0.12
"""Natural logarithm of a factor on all values."""
OFFSET = 0.03


def jitter(images: Tensor, rng: np.random.Generator) -> Tensor:
    """Views turned, scaled, moved and lit a little differently, half of them mirrored.

    ``images``: float32 ``[N, 1, S, S]`` in 0..1; the result likewise. What moves in from outside repeats the
    edge. The changes are small enough that a teacher's answer about the view before still holds.
    """
    count = len(images)

    def normal(deviation: float) -> Tensor:
        return torch.from_numpy(rng.normal(0, deviation, count).astype(np.float32)).to(images.device)

    angle, scale = normal(math.radians(TURN)), torch.exp(normal(SCALE))
    mirror = torch.from_numpy(rng.choice(np.array([-1, 1], np.float32), count)).to(images.device)
    cosine, sine = torch.cos(angle) / scale, torch.sin(angle) / scale
    rows = (
        torch.stack([cosine * mirror, -sine, normal(2 * SHIFT)], 1),
        torch.stack([sine * mirror, cosine, normal(2 * SHIFT)], 1),
    )
    grid = functional.affine_grid(torch.stack(rows, 1), list(images.shape), align_corners=False)
    moved = functional.grid_sample(images, grid, padding_mode="border", align_corners=False)
    lit = moved * torch.exp(normal(GAIN)).view(-1, 1, 1, 1) + normal(OFFSET).view(-1, 1, 1, 1)
    return lit.clamp(0, 1)
