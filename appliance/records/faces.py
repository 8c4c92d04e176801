"""Faces found and judged in a frame, and the people they belong to."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from appliance.records.frame import Box, Frame
from appliance.records.labels import EXPRESSIONS


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
