"""The data that travels along the pipeline. Every stage knows these and no other stage.

Frame → FoundFaces → JudgedFaces → People → Decision → Photo
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from appliance.labels import EXPRESSIONS
from appliance.labels import LABELS as LABELS  # noqa: PLC0414  (part of the data that travels)

Grey = NDArray[np.uint8]
"""uint8 [height, width]."""
Colour = NDArray[np.uint8]
"""uint8 [height, width, 3], colour order BGR (OpenCV's)."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels; ``x, y`` is the top left corner, fractions allowed.

    Around a face it is tight in the manner of WIDER FACE: hairline to chin, ear to ear.
    """

    x: float
    y: float
    w: float
    h: float

    @property
    def centre(self) -> tuple[float, float]:
        """Centre (x, y) in pixels."""
        return self.x + self.w / 2, self.y + self.h / 2

    @property
    def size(self) -> float:
        """Side of the square of equal area, pixels: how large a face is said to be."""
        return float(np.sqrt(max(0.0, self.w) * max(0.0, self.h)))

    def scaled(self, sx: float, sy: float | None = None) -> "Box":
        """The same rectangle in a picture ``sx`` times as wide and ``sy`` (or ``sx``) times as high."""
        sy = sx if sy is None else sy
        return Box(self.x * sx, self.y * sy, self.w * sx, self.h * sy)

    def iou(self, other: "Box") -> float:
        """Intersection over union, 0 to 1."""
        width = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        height = min(self.y + self.h, other.y + other.h) - max(self.y, other.y)
        if width <= 0 or height <= 0:
            return 0.0
        both = width * height
        return both / (self.w * self.h + other.w * other.h - both)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Picture:
    """The full-resolution picture of one frame, converted only when somebody wants it.

    ``convert`` turns the camera's own bytes (which it owns: no buffer is lent) into BGR. ``held`` is how many
    bytes those are; 0: three a pixel. ``pieces``, where the camera can, does so in strips, top to bottom.
    """

    width: int
    height: int
    convert: Callable[[], Colour]
    held: int = 0
    pieces: Callable[[], Iterator[Colour]] | None = None

    @property
    def bytes_held(self) -> int:
        """Memory that keeping this picture takes."""
        return self.held or 3 * self.width * self.height

    def bgr(self) -> Colour:
        """uint8 [height, width, 3], BGR."""
        return self.convert()

    def strips(self) -> Iterator[Colour]:
        """The same from top to bottom in strips as wide, so that it need not be in memory as a whole."""
        return self.pieces() if self.pieces else iter([self.convert()])


@dataclass(frozen=True, slots=True)
class Frame:
    """One moment as the camera saw it: a small image to analyse, and the full picture of that very moment.

    ``captured_at`` is in seconds on the monotonic clock (seconds into the recording in a replay);
    ``sequence`` counts from 0. ``colour`` and ``grey`` are the same analysis image.
    """

    sequence: int
    captured_at: float
    colour: Colour
    grey: Grey
    picture: Picture

    def without_colours(self) -> "Frame":
        """The same with ``colour`` empty: for a frame that has been judged and waits to be a photo."""
        return replace(self, colour=self.colour[:0, :0].copy())

    @property
    def picture_scale(self) -> tuple[float, float]:
        """Pixels of the full picture per pixel of the analysis image, (x, y)."""
        height, width = self.grey.shape
        return self.picture.width / width, self.picture.height / height


@dataclass(frozen=True, slots=True)
class Face:
    """A face found: tight box in pixels of the analysis image, confidence 0 to 1."""

    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class FoundFaces:
    """What the finder saw; ``full_search`` tells a whole-picture search from one near known faces.

    ``seen_until``: whoever has come in by then has been looked for, seconds. Between two searches of the
    whole picture, or while one is done part by part, somebody may have come in unseen.
    """

    frame: Frame
    faces: tuple[Face, ...]
    full_search: bool
    seen_until: float = math.inf


@dataclass(frozen=True, slots=True)
class JudgedFace:
    """A face with a probability per label of :data:`LABELS`; they sum to 1."""

    box: Box
    confidence: float
    scores: Mapping[str, float]

    @property
    def expression(self) -> str:
        """The most probable expression."""
        return max(EXPRESSIONS, key=lambda label: self.scores[label])


@dataclass(frozen=True, slots=True)
class JudgedFaces:
    """Every face of a frame, judged. What the model calls not_a_face is listed apart, in ``rejected``.

    ``seen_until`` as in :class:`FoundFaces`.
    """

    frame: Frame
    faces: tuple[JudgedFace, ...]
    rejected: tuple[JudgedFace, ...] = ()
    seen_until: float = math.inf


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody followed from frame to frame.

    ``number`` is an identity for as long as the person stays in view, nothing more. ``face`` is the newest
    sighting; ``seen`` is False in a frame where the face was missed. ``missing_for`` is in seconds. Who does
    not count is passing by, or a poster; ``still`` is a face that has not stirred for long.
    """

    number: int
    face: JudgedFace
    seen: bool
    first_seen_at: float
    missing_for: float = 0.0
    counts: bool = True
    still: bool = False


@dataclass(frozen=True, slots=True)
class People:
    """Everybody in view, oldest first. ``newcomers`` counts faces too new to be sure of.

    ``seen_until`` as in :class:`FoundFaces`.
    """

    frame: Frame
    persons: tuple[Person, ...]
    newcomers: int = 0
    seen_until: float = math.inf


class Light(StrEnum):
    """What the light says. The patterns are in ``appliance/hw/light.py``, the words in ``docs/light.md``."""

    OFF = "off"
    STARTING = "starting"
    DISARMED = "disarmed"
    ARMED = "armed"
    WAITING = "waiting"
    ALL = "all"
    PEOPLE = "people"
    PHOTO = "photo"
    SAVING = "saving"
    RECORDING = "recording"
    CARD_NEARLY_FULL = "card_nearly_full"
    STORAGE_FAULT = "storage_fault"
    CAMERA_LOST = "camera_lost"
    LENS_COVERED = "lens_covered"
    BOOTING = "booting"
    GIVEN_UP = "given_up"
    UNWELL = "unwell"
    CONFIG_BAD = "config_bad"
    BUTTON_STUCK = "button_stuck"
    EXPORTING = "exporting"
    SAFE_TO_UNPLUG = "safe_to_unplug"
    LET_GO = "let_go"
    POWERING_OFF = "powering_off"


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
    light: Light
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
