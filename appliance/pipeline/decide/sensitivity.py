"""What ``rule.sensitivity`` means: the probabilities from which an expression is shown, and until when.

The one table. The levels are chosen so that a word means about the same for each expression: of faces on
which not one of ten people saw it, slight lets about 2 in 100 through, normal 0.5, big 0.2 (FER-2013's
PublicTest with FER+ votes). A smile is asked more of: on other photos (GENKI) faint ones score high, and .70
is where fewest are judged wrongly there. ``python -m models.training sensitivity`` measures it again when the
model has changed; the rates stand in ``docs/moment.md``.
"""

import functools
from collections.abc import Mapping
from typing import NamedTuple

from appliance.config.schema import Sensitivity

STOPS = 0.75
"""Hysteresis: who shows it goes on doing so down to this part of the threshold. Scores of one and the same
face waver by about a tenth between frames."""


class Level(NamedTuple):
    """``shows``: probability from which a person shows it; ``stops``: until which one who did still does."""

    shows: float
    stops: float


THRESHOLDS: Mapping[str, Mapping[Sensitivity, float]] = {
    "angry": {"slight": 0.20, "normal": 0.40, "big": 0.55},
    "disgust": {
        "slight": 0.10,
        "normal": 0.15,
        "big": 0.20,
    },  # two clear faces in the data: no more than a guess
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
