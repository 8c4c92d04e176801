"""GENKI-4K: photos of one person each, smiling or not, through the whole path from photo to label."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.training.errors import BadDataError
from models.training.expression import metrics
from models.training.expression.crops import CropRule, cut
from models.training.expression.figures import Logits
from models.training.expression.labels import HAPPY, NOT_A_FACE

SIZE = 48
Finder = Callable[[np.ndarray], tuple[float, ...] | None]  # BGR picture -> largest face box x, y, w, h


@dataclass(frozen=True)
class Smilers:
    """``crops`` uint8 ``[N, 48, 48]``; ``smiles`` bool ``[N]``; ``missed`` bool ``[N]``, no face found."""

    crops: np.ndarray
    smiles: np.ndarray
    missed: np.ndarray


def load(folder: Path, detector: Path | None, rule: CropRule) -> Smilers:
    """Find and cut out the largest face of every photo.

    :param folder: photos and labels.csv with columns file, smile
    :param detector: YuNet ONNX file; without one OpenCV's frontal cascade, whose box is the crop
    :raises BadDataError: no labels.csv, or no such detector file
    """
    try:
        with (folder / "labels.csv").open(newline="") as stream:
            rows = list(csv.DictReader(stream))
    except OSError as error:
        raise BadDataError(f"{folder / 'labels.csv'}: {error.strerror}; expected file,smile,...") from None
    find = _yunet(detector) if detector else _cascade()
    crops = np.zeros((len(rows), SIZE, SIZE), np.uint8)
    missed = np.zeros(len(rows), bool)
    for i, row in enumerate(rows):
        picture = cv2.imread(str(folder / row["file"]))
        box = None if picture is None else find(picture)
        missed[i] = box is None
        if box is not None:
            crops[i] = cut(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), box, SIZE, rule if detector else None)
    return Smilers(crops, np.array([row["smile"] == "1" for row in rows]), missed)


def figures(logits: Logits, temperature: float, photos: Smilers) -> dict[str, Any]:
    """Accuracy and mistakes; a missed face is no smile, and "happy" is the likeliest label."""
    scores = np.zeros(len(photos.smiles))
    called = np.zeros(len(photos.smiles), bool)
    probabilities = metrics.softmax(logits(photos.crops[~photos.missed]), temperature)
    scores[~photos.missed] = probabilities[:, HAPPY]
    called[~photos.missed] = probabilities.argmax(1) == HAPPY
    recall, threshold = metrics.recall_at_false_positives(scores, photos.smiles, 0.01)
    return {
        "photos": len(photos.smiles),
        "missed_faces": int(photos.missed.sum()),
        "accuracy": round(float((called == photos.smiles).mean()), 4),
        "false_smiles": round(float(called[~photos.smiles].mean()), 4),
        "missed_smiles": round(float((~called[photos.smiles]).mean()), 4),
        "recall_at_1_percent_false_smiles": round(recall, 4),
        "threshold_there": round(threshold, 4),
        "called_not_a_face": int((probabilities.argmax(1) == NOT_A_FACE).sum()),
        "by_threshold": _by_threshold(scores, photos.smiles),
    }


def _by_threshold(scores: np.ndarray, smiles: np.ndarray) -> dict[str, dict[str, float]]:
    return {
        f"{threshold:.2f}": {
            "accuracy": round(float(((scores > threshold) == smiles).mean()), 4),
            "false_smiles": round(float((scores[~smiles] > threshold).mean()), 4),
            "missed_smiles": round(float((scores[smiles] <= threshold).mean()), 4),
        }
        for threshold in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
    }


def _cascade() -> Finder:
    cascade = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")

    def find(picture: np.ndarray) -> tuple[float, ...] | None:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        boxes = cascade.detectMultiScale(grey, 1.1, 5, minSize=(40, 40))
        return max((tuple(map(float, box)) for box in boxes), key=lambda box: box[2], default=None)

    return find


def _yunet(path: Path) -> Finder:
    if not path.is_file():
        raise BadDataError(f"{path}: no such detector file")
    detector = cv2.FaceDetectorYN.create(str(path), "", (320, 320), 0.6)

    def find(picture: np.ndarray) -> tuple[float, ...] | None:
        detector.setInputSize(picture.shape[1::-1])
        _, faces = detector.detect(picture)
        if faces is None:
            return None
        return tuple(float(v) for v in max(faces, key=lambda face: face[2] * face[3])[:4])

    return find
