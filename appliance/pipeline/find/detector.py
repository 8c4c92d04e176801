"""Interface of face detectors, and merging of their results."""

from collections.abc import Sequence
from typing import Protocol

from appliance.records.faces import Face
from appliance.records.frame import Box, Frame


class Detector(Protocol):
    """Finds faces in one frame. Boxes are tight (see :class:`Box`), in analysis pixels."""

    name: str
    parts: int
    """How many calls of :meth:`search_part` make up one full search; 1 if it is cheap enough for one go."""
    near_part: int | None
    """The part that sees people near by and costs least, if there is one; None: all parts see them."""
    full_search_seconds: float
    """Seconds between full searches, for ``faces.full_search_seconds: auto``."""
    rejected_from: float
    """Probability of not_a_face from which a find of this detector is dropped; measured for each."""

    def search(self, frame: Frame) -> list[Face]:
        """Find every face of the whole picture."""
        ...

    def search_part(self, frame: Frame, part: int) -> list[Face]:
        """Find the faces that part ``part`` (0 to parts - 1) of a search of the whole picture can see."""
        ...

    def part_seeing(self, frame: Frame, box: Box) -> int | None:
        """Return the cheapest part of a search that would see a face at ``box``; None: only all of them."""
        ...

    def search_near(self, frame: Frame, known: Sequence[Box]) -> list[Face]:
        """Find faces close to where ``known`` ones were, of about their size; far cheaper than a search."""
        ...


def merge(faces: Sequence[Face], iou: float = 0.4) -> list[Face]:
    """Return the most confident face of each group of overlapping or nested ones."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda found: -found.confidence):
        if all(face.box.iou(other.box) < iou and not _inside(face.box, other.box) for other in kept):
            kept.append(face)
    return kept


def _inside(box: Box, other: Box) -> bool:
    """Return whether the centre of either lies deep within the other, as nose and mouth found as a face."""
    small, large = sorted((box, other), key=lambda box: box.size)
    x, y = small.centre
    return abs(x - large.centre[0]) < 0.3 * large.w and abs(y - large.centre[1]) < 0.3 * large.h
