"""What a face detector is, and the choice of one."""

from collections.abc import Sequence
from typing import Protocol

from appliance.frames import Box, Face, Frame


class Detector(Protocol):
    """Finds faces in one frame. Boxes are tight (see :class:`appliance.frames.Box`), in analysis pixels."""

    name: str

    def search(self, frame: Frame) -> list[Face]:
        """Every face of the whole picture."""
        ...

    def search_near(self, frame: Frame, known: Sequence[Box]) -> list[Face]:
        """Faces close to where ``known`` ones were, of about their size; far cheaper than a full search."""
        ...


def merge(faces: Sequence[Face], iou: float = 0.4) -> list[Face]:
    """One face for each heap of overlapping ones, the most confident; also one inside another."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda found: -found.confidence):
        if all(face.box.iou(other.box) < iou and not _inside(face.box, other.box) for other in kept):
            kept.append(face)
    return kept


def _inside(box: Box, other: Box) -> bool:
    """Whether the centre of either lies deep within the other: nose and mouth found as a second face."""
    small, large = sorted((box, other), key=lambda one: one.size)
    x, y = small.centre
    return abs(x - large.centre[0]) < 0.3 * large.w and abs(y - large.centre[1]) < 0.3 * large.h
