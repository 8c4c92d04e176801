"""Haar cascade face detection (Viola and Jones 2001), several of OpenCV's cascades together.

Few overlapping hits are asked for, which finds more faces and more of what is none; the expression model's
not_a_face then drops the latter. Figures for this and other settings: models/training/faces/EXPERIMENTS.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from appliance.imaging.haar import cascade_path, load_cascade
from appliance.pipeline.find.detector import merge
from appliance.records.faces import Face
from appliance.records.frame import Box, Frame, Grey

FACE_WIDTH, FACE_HEIGHT = 0.80, 1.09
"""A tight face box as a share of the cascade's square, same centre: medians over 743 labelled faces."""
SQUARE = float(np.sqrt(FACE_WIDTH * FACE_HEIGHT))
SMALLEST_SQUARE = 24
"""The largest window one of the cascades was trained on; nothing smaller can be found by all."""
NEAR_SQUARE = 32
"""A face looked for near a known place is scaled to about this many pixels first."""
NEAR_MARGIN = 0.45
"""How far around a known square is searched, as a share of its side: a head moves less between frames."""
SURE_NEIGHBOURS = 20.0
"""Overlapping hits at which a find is taken as certain (confidence 1)."""


@dataclass(frozen=True, slots=True)
class View:
    """One cascade and how it is asked. ``mirrored``: on the picture turned left to right."""

    file: str
    factor: float
    neighbours: int
    mirrored: bool = False


VIEWS = (
    View("haarcascade_frontalface_default.xml", 1.1, 2),
    View("haarcascade_frontalface_alt2.xml", 1.1, 2),
    View("haarcascade_profileface.xml", 1.15, 3),
    View("haarcascade_profileface.xml", 1.15, 3, mirrored=True),
)
NEAR_VIEW = 1
"""The view that looks near known faces: the fastest of the frontal ones at small windows."""


class CascadeDetector:
    """Finds faces with Haar cascades. ``min_size`` is the smallest tight face, in analysis pixels.

    A full search with all views takes as long as ten frames; live it is done a view at a time.
    """

    name = "cascade"
    parts = len(VIEWS)
    near_part: int | None = None
    full_search_seconds = 2.0
    rejected_from = 0.05

    def __init__(self, min_size: int) -> None:
        loaded = {name: load_cascade(cascade_path(name)) for name in {view.file for view in VIEWS}}
        self._cascades = [loaded[view.file] for view in VIEWS]
        self._min_square = max(SMALLEST_SQUARE, round(min_size / SQUARE))

    def search(self, frame: Frame) -> list[Face]:
        """Find every face of the whole picture; see :class:`appliance.pipeline.find.detector.Detector`."""
        return merge([face for part in range(self.parts) for face in self.search_part(frame, part)])

    def search_part(self, frame: Frame, part: int) -> list[Face]:
        """Find what one view sees of the whole picture."""
        view = VIEWS[part]
        grey = np.asarray(cv2.flip(frame.grey, 1), np.uint8) if view.mirrored else frame.grey
        found = self._detect(part, grey, view.factor, view.neighbours, self._min_square, None)
        if not view.mirrored:
            return found
        width = grey.shape[1]
        return [Face(_moved(f.box, width - 2 * f.box.x - f.box.w, 0), f.confidence) for f in found]

    def part_seeing(self, frame: Frame, box: Box) -> int | None:  # noqa: ARG002
        """Return None: each view sees faces that the others do not."""
        return None

    def search_near(self, frame: Frame, known: Sequence[Box]) -> list[Face]:
        """Find faces near ``known``: in a small window round each, scaled down as far as will do."""
        return merge([face for box in known for face in self._near(frame.grey, box)])

    def _near(self, grey: Grey, box: Box) -> list[Face]:
        side = box.size / SQUARE
        (x, y), reach = box.centre, side * (0.5 + NEAR_MARGIN)
        left, top = max(0, int(x - reach)), max(0, int(y - reach))
        window = grey[top : int(y + reach) + 1, left : int(x + reach) + 1]
        if min(window.shape) < SMALLEST_SQUARE:
            return []
        scale = min(1.0, NEAR_SQUARE / side)
        if scale < 1.0:
            small = cv2.resize(window, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            window = np.asarray(small, np.uint8)
        smallest, largest = int(0.78 * side * scale), int(1.3 * side * scale)
        found = self._detect(NEAR_VIEW, window, 1.12, 2, smallest, largest)
        return [Face(_moved(face.box.scaled(1 / scale), left, top), face.confidence) for face in found]

    def _detect(
        self, index: int, grey: Grey, factor: float, neighbours: int, smallest: int, largest: int | None
    ) -> list[Face]:
        if min(grey.shape) < max(smallest, SMALLEST_SQUARE):
            return []
        squares, hits = self._cascades[index].detectMultiScale2(
            grey,
            scaleFactor=factor,
            minNeighbors=neighbours,
            minSize=(smallest, smallest),
            maxSize=(largest, largest) if largest else (0, 0),
        )
        return [
            Face(tight_box(*map(float, square)), min(1.0, float(count) / SURE_NEIGHBOURS))
            for square, count in zip(squares, hits, strict=True)
        ]


def _moved(box: Box, x: float, y: float) -> Box:
    return Box(box.x + x, box.y + y, box.w, box.h)


def tight_box(x: float, y: float, w: float, h: float) -> Box:
    """Return the face in a cascade's square, by the measured proportions."""
    width, height = FACE_WIDTH * w, FACE_HEIGHT * h
    return Box(x + (w - width) / 2, y + (h - height) / 2, width, height)
