"""Small made-up data in the form of fer2013.npz, so that nothing here needs the real one."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS = {0: 96, 1: 32, 2: 32}  # usage -> rows
HAPPY_COLUMN, NEUTRAL_COLUMN = 1, 0


def made_up_faces(seed: int = 0) -> dict[str, NDArray[Any]]:
    """Pictures bright above (neutral) or below (happy), with noise: easy to tell apart, none alike."""
    rng = np.random.default_rng(seed)
    count = sum(ROWS.values())
    happy = rng.random(count) < 0.5
    images = rng.integers(0, 80, (count, 48, 48))
    images[happy, 24:] += 120
    images[~happy, :24] += 120
    votes = np.zeros((count, 10), np.uint8)
    votes[happy, HAPPY_COLUMN] = 10
    votes[~happy, NEUTRAL_COLUMN] = 10
    return {
        "images": images.astype(np.uint8),
        "fer": np.where(happy, 3, 6).astype(np.uint8),
        "usage": np.repeat(np.array(list(ROWS), np.uint8), list(ROWS.values())),
        "ferplus": votes,
    }
