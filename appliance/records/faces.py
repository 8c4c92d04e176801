"""Faces found and judged in a frame, and the people they belong to."""

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.records.frame import Box, Frame
from appliance.records.labels import EXPRESSIONS


@dataclass(frozen=True, slots=True)
class Face:
    """A face found: tight box in pixels of the analysis image, confidence 0 to 1."""

    box: Box
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FoundFaces:
    """Faces the finder found in a frame, which from here on carries ``seen_until``."""

    frame: Frame
    faces: tuple[Face, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedFace:
    """A face with a probability per label of :data:`LABELS`; they sum to 1.

    ``eyes_open``: probability that the eyes are open rather than closed, 0 to 1; None where that cannot be
    told, behind dark glasses for example.
    ``fresh``: judged in this very frame; else the scores are those of a frame shortly before.
    """

    box: Box
    confidence: float
    scores: Mapping[str, float]
    eyes_open: float | None = None
    fresh: bool = True

    @property
    def expression(self) -> str:
        """The most probable expression."""
        return max(EXPRESSIONS, key=lambda label: self.scores[label])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JudgedFaces:
    """Every face of a frame, judged; without those the model calls not_a_face."""

    frame: Frame
    faces: tuple[JudgedFace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Person tracked from frame to frame.

    ``number`` is an identity only for as long as the person stays in view. ``face`` is the newest detection;
    ``seen`` is False in a frame where the face was missed, for ``missing_for`` seconds now (the frames'
    time). ``too_far``: the face is too small for its expression to be judged. ``counts`` is False for
    passers-by and posters, and by ``people.too_far`` for those too far away.
    """

    number: int
    face: JudgedFace
    seen: bool
    missing_for: float = 0.0
    too_far: bool = False
    counts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class People:
    """Everybody in view, oldest first. ``newcomers`` counts faces too new to be sure of."""

    frame: Frame
    persons: tuple[Person, ...]
    newcomers: int = 0
