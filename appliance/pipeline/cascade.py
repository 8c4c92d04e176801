"""Haar cascade face detection (Viola and Jones 2001; OpenCV's frontal face cascades)."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from appliance.errors import CascadeError
from appliance.frames import Box, Face, Frame, Grey
from appliance.pipeline.detector import merge

CASCADE = "haarcascade_frontalface_alt2.xml"
FACE_WIDTH, FACE_HEIGHT = 0.80, 1.09
"""A tight face box as a share of the cascade's square, same centre: medians over 743 labelled faces."""
SQUARE = float(np.sqrt(FACE_WIDTH * FACE_HEIGHT))
SMALLEST_SQUARE = 20
"""The window the cascade was trained on; nothing smaller can be found."""
NEAR_SQUARE = 32
"""A face looked for near a known place is scaled to about this many pixels first."""
NEAR_MARGIN = 0.45
"""How far around a known square is searched, as a share of its side: a head moves less between frames."""
SURE_NEIGHBOURS = 20.0
"""Overlapping hits at which a find is taken as certain (confidence 1)."""


def cascade_path(name: str = CASCADE) -> Path:
    """Where OpenCV's wheel keeps a cascade. Raises CascadeError if this OpenCV brings none."""
    folder = getattr(getattr(cv2, "data", None), "haarcascades", None)
    if folder is None or not hasattr(cv2, "CascadeClassifier"):
        raise CascadeError(f"OpenCV {cv2.__version__} has no Haar cascades", "Install OpenCV 4.11 to 4.14")
    return Path(folder) / name


class CascadeDetector:
    """Finds faces with a Haar cascade. ``min_size`` is the smallest tight face, in analysis pixels."""

    name = "cascade"

    def __init__(self, min_size: int, path: Path | None = None) -> None:
        path = path or cascade_path()
        if not path.is_file():
            raise CascadeError(f"The cascade {path} is missing", "Reinstall opencv-python-headless")
        self._cascade = cv2.CascadeClassifier()
        try:
            loaded = self._cascade.load(str(path))
        except cv2.error:
            loaded = False
        if not loaded or self._cascade.empty():
            raise CascadeError(f"The cascade {path} cannot be read", "Reinstall opencv-python-headless")
        self._min_square = max(SMALLEST_SQUARE, round(min_size / SQUARE))

    def search(self, frame: Frame) -> list[Face]:
        """Every face of the whole picture; see :class:`appliance.pipeline.detector.Detector`."""
        return merge(self._detect(frame.grey, 1.15, 4, self._min_square, None))

    def search_near(self, frame: Frame, known: Sequence[Box]) -> list[Face]:
        """Faces near ``known``: a small window round each, scaled down so that a face is just big enough."""
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
        found = self._detect(window, 1.12, 2, int(0.78 * side * scale), int(1.3 * side * scale))
        return [
            Face(
                Box(f.box.x / scale + left, f.box.y / scale + top, f.box.w / scale, f.box.h / scale),
                f.confidence,
            )
            for f in found
        ]

    def _detect(
        self, grey: Grey, factor: float, neighbours: int, smallest: int, largest: int | None
    ) -> list[Face]:
        if min(grey.shape) < max(smallest, SMALLEST_SQUARE):
            return []
        squares, hits = self._cascade.detectMultiScale2(
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
    """The face in a cascade's square, by the measured proportions."""
    width, height = FACE_WIDTH * w, FACE_HEIGHT * h
    return Box(x + (w - width) / 2, y + (h - height) / 2, width, height)
