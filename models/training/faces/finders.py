"""Face finders to be measured, behind one signature: BGR picture in, boxes [N, 5] out."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from appliance.imaging.haar import cascade_path
from appliance.pipeline.find.cascade import tight_box
from appliance.pipeline.find.face_search import FaceSearch
from models.training.errors import BadDataError

Finder = Callable[[np.ndarray], np.ndarray]
"""uint8 [height, width, 3] BGR -> float32 [N, 5]: x, y, w, h in its pixels, confidence."""

PEER_WIDTH, PEER_HEIGHT = 320, 240
# The thresholds of YuNet's own demonstration in OpenCV Zoo are .9 and .3; .6 is libfacedetection's and
# comes nearest to what its authors report.
PEER_SCORE, PEER_NMS = 0.6, 0.3


def cnn(model: Path, threshold: float | None = None) -> Finder:
    """The networks of the appliance, near and far; ``threshold`` for both in place of the model's."""
    return FaceSearch(model, near=threshold, far=threshold).everything


def cascade(
    factor: float = 1.3, neighbours: int = 5, name: str = "haarcascade_frontalface_default.xml"
) -> Finder:
    """A Haar cascade as most programs call it: factor 1.3, 5 neighbours; boxes made tight."""
    classifier = cv2.CascadeClassifier(str(cascade_path(name)))

    def find(picture: np.ndarray) -> np.ndarray:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        squares, hits = classifier.detectMultiScale2(grey, factor, neighbours, minSize=(30, 30))
        boxes = [tight_box(*map(float, square)) for square in squares]
        return _rows([(b.x, b.y, b.w, b.h, float(n)) for b, n in zip(boxes, hits, strict=True)])

    return find


def peer(
    weights: Path, width: int = PEER_WIDTH, height: int = PEER_HEIGHT, score: float = PEER_SCORE
) -> Finder:
    """YuNet in OpenCV's ``FaceDetectorYN`` on the picture fitted into ``width`` x ``height``."""
    try:
        detector = cv2.FaceDetectorYN.create(str(weights), "", (width, height), score, PEER_NMS, 5000)
    except cv2.error as error:
        raise BadDataError(f"{weights}: OpenCV cannot load it as a YuNet face detector") from error

    def find(picture: np.ndarray) -> np.ndarray:
        scale = min(width / picture.shape[1], height / picture.shape[0])
        size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
        detector.setInputSize(size)
        _, faces = detector.detect(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
        rows = np.empty((0, 15), np.float32) if faces is None else faces
        return np.concatenate([rows[:, :4] / scale, rows[:, 14:15]], 1).astype(np.float32)

    return find


def _rows(boxes: list[tuple[float, ...]]) -> np.ndarray:
    return np.array(boxes, np.float32).reshape(-1, 5)
