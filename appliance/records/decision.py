"""What was decided on a frame and why, and the photo that was kept."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from appliance.light.states import State
from appliance.records.faces import Person
from appliance.records.frame import Frame


class Command(StrEnum):
    """What a person asks of the appliance, by button or by page."""

    TOGGLE = "toggle"
    ARM = "arm"
    DISARM = "disarm"
    SHOOT = "shoot"


@dataclass(frozen=True, slots=True, kw_only=True)
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


class ReasonKind(StrEnum):
    """Why a photo is taken, or what it waits for; each says which fields of :class:`Reason` count."""

    PHOTO = "photo"
    """A photo is taken. No fields."""
    NOBODY = "nobody"
    """Nobody who counts is in view. No fields."""
    TOO_FEW = "too_few"
    """``people`` are in view, ``needed`` at least are asked for."""
    TOO_MANY = "too_many"
    """``people`` are in view, ``needed`` at most are asked for."""
    OUT_OF_SIGHT = "out_of_sight"
    """``missing`` of ``people`` are followed, but not seen in this frame."""
    COMING_IN = "coming_in"
    """A face is too new to be sure of. No fields."""
    NOT_EVERYBODY = "not_everybody"
    """``showing`` of ``people`` show it, and all have to."""
    NOT_ENOUGH = "not_enough"
    """``showing`` of ``people`` show it, ``needed`` have to."""
    NOT_PLAINLY = "not_plainly"
    """``showing`` of the ``needed`` show it without the benefit of hysteresis."""
    DISARMED = "disarmed"
    """The rule holds, but no photos are taken. No fields."""
    COOLING_DOWN = "cooling_down"
    """The last photo is too recent. No fields."""
    SAME_SCENE = "same_scene"
    """Nothing has changed since the last photo. No fields."""
    HOLD = "hold"
    """The rule holds, but not yet for long enough. No fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a photo is taken or what it waits for, in numbers of people; see :class:`ReasonKind`.

    ``appliance.wording.verdict`` makes sentences of it.
    """

    kind: ReasonKind
    people: int = 0
    showing: int = 0
    needed: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decision:
    """What was decided on a frame, and why.

    ``take_photo`` is the decision; ``all_show`` tells that this frame alone obeys the rule, and ``keepable``
    that it does so without the benefit of the doubt, as a photo must. ``asked``: somebody asked for this
    photo, whatever the faces do.
    ``episode`` numbers the stretches of time in which the rule holds without a break; 0: it does not.
    ``level`` (0 to 1) tells how near the lowest face that is needed has come to showing it. ``decided_at``:
    when this photo was decided, seconds (the frames' time); the frame may be from before that or after.
    """

    frame: Frame
    people: tuple[Showing, ...]
    armed: bool
    all_show: bool
    take_photo: bool
    light: State
    reason: Reason
    asked: bool = False
    episode: int = 0
    level: float = 0.0
    keepable: bool = False
    decided_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Photo:
    """A photo on disk."""

    path: Path
    decision: Decision
