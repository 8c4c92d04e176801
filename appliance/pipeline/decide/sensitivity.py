"""Thresholds of ``rule.sensitivity``: the probabilities at which an expression begins and stops being shown.

The levels are chosen so that a word means about the same for each expression: of faces on which not one of
ten people saw it, slight accepts about 2 in 100, normal 0.5, big 0.2 (FER-2013's PublicTest with FER+ votes).
The threshold for a smile is higher: on other photos (GENKI) faint smiles score high, and .70 gives the fewest
errors there. ``python -m models.training sensitivity`` measures it again when the model has changed;
``docs/moment.md`` gives the rates.
"""

import functools
from collections.abc import Mapping
from typing import NamedTuple

from appliance.config.schema import Sensitivity

STOPS = 0.75
"""Hysteresis: a person who shows it continues down to this share of the threshold. Scores of the same face
vary by about a tenth between frames."""


class Level(NamedTuple):
    """Thresholds: a person begins to show it at probability ``shows``, and stops below ``stops``."""

    shows: float
    stops: float


THRESHOLDS: Mapping[str, Mapping[Sensitivity, float]] = {
    "angry": {"slight": 0.20, "normal": 0.40, "big": 0.55},
    "disgust": {
        "slight": 0.10,
        "normal": 0.15,
        "big": 0.20,
    },  # a guess: the data has only two clear faces
    "fear": {"slight": 0.10, "normal": 0.20, "big": 0.30},
    "happy": {"slight": 0.40, "normal": 0.70, "big": 0.85},
    "sad": {"slight": 0.35, "normal": 0.50, "big": 0.60},
    "surprise": {"slight": 0.20, "normal": 0.40, "big": 0.50},
    "neutral": {"slight": 0.45, "normal": 0.60, "big": 0.70},
}


@functools.cache
def level_of(expressions: tuple[str, ...], sensitivity: Sensitivity) -> Level:
    """Return the strictest level of ``expressions``, as their probabilities are added."""
    shows = max(THRESHOLDS[name][sensitivity] for name in expressions)
    return Level(shows, round(STOPS * shows, 4))
