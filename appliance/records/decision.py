"""What was decided on a frame, and the photo that came of it."""

import math
from dataclasses import dataclass
from enum import StrEnum

from appliance.light.states import State
from appliance.records.faces import Person
from appliance.records.frame import Frame


class Command(StrEnum):
    """What a person asks of the appliance, by button or by page."""

    TOGGLE = "toggle"
    ARM = "arm"
    DISARM = "disarm"
    SHOOT = "shoot"


@dataclass(frozen=True, slots=True)
class Showing:
    """How one person stands to the rule.

    ``score`` is the smoothed probability (0 to 1) and ``shows`` the verdict on it, with hysteresis;
    ``current`` is the probability in this very frame. ``in_frame`` tells that the person is seen and shows it
    in the frame itself, with the same hysteresis, and ``plainly`` that it would do as the photo: without.
    ``since``: seconds (the frames' time) from when on that has been so without a break; now, if it is not so.
    """

    person: Person
    score: float
    shows: bool
    current: float = 0.0
    in_frame: bool = False
    plainly: bool = False
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on a frame, and why.

    ``take_photo`` is the decision; ``all_show`` tells that this frame alone obeys the rule, and ``keepable``
    that it does so without the benefit of the doubt, as a photo must. ``reason`` names what is waited for, in
    a few words. ``asked``: somebody asked for this photo, whatever the faces do.
    ``episode`` numbers the stretches of time in which the rule holds without a break; 0: it does not.
    ``level`` (0 to 1) tells how near the lowest face that is needed has come to showing it. ``decided_at``:
    when this photo was decided, seconds (the frames' time); the frame may be from before that or after.
    ``seen_until`` as in :class:`FoundFaces`.
    """

    frame: Frame
    people: tuple[Showing, ...]
    armed: bool
    all_show: bool
    take_photo: bool
    light: State
    reason: str = ""
    asked: bool = False
    episode: int = 0
    level: float = 0.0
    keepable: bool = False
    decided_at: float | None = None
    seen_until: float = math.inf


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo on disk."""

    path: str
    decision: Decision
