"""Decision on a frame with its reason, and the photo that was kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from appliance.light.states import State
from appliance.records.faces import Person
from appliance.records.frame import Frame


class Command(StrEnum):
    """Command of a person, given by button or page."""

    TOGGLE = "toggle"
    ARM = "arm"
    DISARM = "disarm"
    SHOOT = "shoot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """One person, measured against the rule.

    ``score`` is the smoothed probability (0 to 1) and ``shows`` the verdict on it, with hysteresis;
    ``current`` is the probability in this frame alone. ``in_frame`` tells that the person is seen and shows
    it in this frame, with the same hysteresis, and ``plainly`` that the person does so without hysteresis, as
    a photo needs. ``since``: start of the unbroken time of ``in_frame``, seconds (the frames' time); the
    frame's own time if it is False.
    """

    person: Person
    score: float
    shows: bool
    current: float = 0.0
    in_frame: bool = False
    plainly: bool = False
    since: float = 0.0


class ReasonKind(StrEnum):
    """Why a photo is taken, or what it waits for; each tells which fields of :class:`Reason` count."""

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
    TOO_FAR = "too_far"
    """``missing`` of ``people`` are too far away to be judged, and without them ``needed`` cannot show it."""
    NOT_EVERYBODY = "not_everybody"
    """``showing`` of ``people`` show it, and all have to."""
    NOT_ENOUGH = "not_enough"
    """``showing`` of ``people`` show it, ``needed`` have to."""
    NOT_PLAINLY = "not_plainly"
    """``showing`` of the ``needed`` show it even without hysteresis."""
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
    """Decision on a frame, with its reason.

    ``take_photo`` is the decision; ``all_show`` tells that this frame alone satisfies the rule, and
    ``keepable`` that it does so without hysteresis, as a photo must. ``asked``: somebody requested this
    photo, whatever the faces show.
    ``episode`` numbers the stretches of time in which the rule holds without a break; 0: it does not.
    ``lacking``: how many more people must show it. ``level`` (0 to 1) is the nearness of the lowest needed
    face to its threshold. ``decided_at``: when this photo was decided, seconds (the frames' time); the frame
    may be from before that or after.
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
    lacking: int = 0
    level: float = 0.0
    keepable: bool = False
    decided_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EncodedPhoto:
    """A photo before it is written: ``jpeg`` is the whole file, with its metadata.

    The picture of ``decision.frame`` is that JPEG again, so that the camera's own bytes can be freed.
    ``taken_at`` is wall time.
    """

    decision: Decision
    jpeg: bytes
    taken_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Photo:
    """A photo on disk."""

    path: Path
    decision: Decision
