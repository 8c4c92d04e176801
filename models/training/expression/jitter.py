"""Small random changes to a batch of views, so that a pool that is used many times does not wear out.

Nothing is interpolated: turning and scaling by less than a pixel blurs, and a network that learned from
blurred views lost .005 to .015 of its accuracy on FER+ rows, which are not (``EXPERIMENTS.md``).
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

SHIFT = 1
"""Pixels of 48, each way."""
GAIN = 0.12
"""Natural logarithm of a factor on all values; standard deviation, as is the next."""
OFFSET = 0.03


def jitter(images: Tensor, rng: np.random.Generator) -> Tensor:
    """Views moved by whole pixels and lit a little differently, half of them mirrored.

    ``images``: float32 ``[N, 1, S, S]`` in 0..1; the result likewise. What moves in from outside repeats the
    edge. The changes are small enough that a teacher's answer about the view before still holds.
    """
    count, _, side, _ = images.shape

    def drawn(values: np.ndarray) -> Tensor:
        return torch.from_numpy(values).to(images.device)

    places = torch.arange(side, device=images.device) + SHIFT
    rows = places + drawn(rng.integers(-SHIFT, SHIFT, (count, 1), endpoint=True))
    columns = places + drawn(rng.integers(-SHIFT, SHIFT, (count, 1), endpoint=True))
    mirrored = drawn(rng.random(count) < 0.5)
    columns[mirrored] = columns[mirrored].flip(1)
    padded = functional.pad(images, (SHIFT,) * 4, mode="replicate")
    every = torch.arange(count, device=images.device)[:, None, None]
    moved = padded[every, 0, rows[:, :, None], columns[:, None, :]].unsqueeze(1)
    gain, offset = (
        drawn(rng.normal(0, deviation, count).astype(np.float32)).view(-1, 1, 1, 1)
        for deviation in (GAIN, OFFSET)
    )
    lit = (moved * torch.exp(gain) + offset).clamp(0, 1)
    return lit.contiguous(memory_format=torch.channels_last)
