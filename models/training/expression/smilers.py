"""GENKI-4K: photos of one person each, smiling or not, through the whole path from photo to label."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from appliance.pipeline.decide.sensitivity import THRESHOLDS
from models.training.errors import BadDataError
from models.training.expression import metrics
from models.training.expression.crops import CropRule, cut
from models.training.expression.figures import Logits
from models.training.expression.labels import HAPPY, NOT_A_FACE
from models.training.genki import OwnFinder, read_labels

SIZE = 48
Seen = tuple[np.ndarray, tuple[float, ...]]  # grey picture uint8 [H, W], box x, y, w, h of its largest face
Finder = Callable[[Path], Seen | None]


@dataclass(frozen=True)
class Smilers:
    """``crops`` uint8 ``[N, 48, 48]``; ``smiles`` bool ``[N]``; ``missed`` bool ``[N]``, no face found."""

    crops: np.ndarray
    smiles: np.ndarray
    missed: np.ndarray


def load(folder: Path, detector: str, rule: CropRule) -> Smilers:
    """Find and cut out the largest face of every photo.

    :param folder: photos and labels.csv with columns file, smile
    :param detector: ``cnn`` or ``cascade`` of the appliance, or the path of a YuNet ONNX file
    :raises BadDataError: no labels.csv, or no such detector file
    """
    rows = read_labels(folder / "labels.csv", ("file", "smile"))
    find = _own(detector) if detector in ("cnn", "cascade") else _yunet(Path(detector))
    crops = np.zeros((len(rows), SIZE, SIZE), np.uint8)
    missed = np.zeros(len(rows), bool)
    for i, row in enumerate(rows):
        seen = find(folder / row["file"])
        missed[i] = seen is None
        if seen is not None:
            crops[i] = cut(*seen, SIZE, rule)
    return Smilers(crops, np.array([row["smile"] == "1" for row in rows]), missed)


def figures(logits: Logits, temperature: float, photos: Smilers) -> dict[str, Any]:
    """Accuracy and mistakes; a missed face is no smile.

    Happy counts from the score that ``sensitivity: normal`` asks for; beside it, as the likeliest label.
    """
    scores = np.zeros(len(photos.smiles))
    called = np.zeros(len(photos.smiles), bool)
    probabilities = metrics.softmax(logits(photos.crops[~photos.missed]), temperature)
    scores[~photos.missed] = probabilities[:, HAPPY]
    called[~photos.missed] = probabilities.argmax(1) == HAPPY
    shown = scores >= THRESHOLDS["happy"]["normal"]
    recall, threshold = metrics.recall_at_false_positives(scores, photos.smiles, 0.01)
    return {
        "photos": len(photos.smiles),
        "missed_faces": int(photos.missed.sum()),
        "shown_from": THRESHOLDS["happy"]["normal"],
        **_mistakes(shown, photos.smiles),
        "likeliest_label": _mistakes(called, photos.smiles),
        "recall_at_1_percent_false_smiles": round(recall, 4),
        "threshold_there": round(threshold, 4),
        "called_not_a_face": int((probabilities.argmax(1) == NOT_A_FACE).sum()),
        "by_threshold": _by_threshold(scores, photos.smiles),
    }


def _mistakes(called: np.ndarray, smiles: np.ndarray) -> dict[str, float]:
    return {
        "accuracy": round(float((called == smiles).mean()), 4),
        "false_smiles": round(float(called[~smiles].mean()), 4),
        "missed_smiles": round(float((~called[smiles]).mean()), 4),
    }


def _by_threshold(scores: np.ndarray, smiles: np.ndarray) -> dict[str, dict[str, float]]:
    steps = (0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
    return {f"{threshold:.2f}": _mistakes(scores >= threshold, smiles) for threshold in steps}


def _own(name: str) -> Finder:
    own = OwnFinder(name)

    def find(path: Path) -> Seen | None:
        frame, face = own.largest(path)
        return face and (frame.grey, (face.box.x, face.box.y, face.box.w, face.box.h))

    return find


def _yunet(path: Path) -> Finder:
    if not path.is_file():
        raise BadDataError(f"{path}: no such detector file; cnn and cascade are the appliance's own")
    detector = cv2.FaceDetectorYN.create(str(path), "", (320, 320), 0.6)

    def find(photo: Path) -> Seen | None:
        picture = cv2.imread(str(photo))
        if picture is None:
            return None
        detector.setInputSize(picture.shape[1::-1])
        _, faces = detector.detect(picture)
        if faces is None:
            return None
        box = tuple(float(v) for v in max(faces, key=lambda face: face[2] * face[3])[:4])
        return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), box

    return find
