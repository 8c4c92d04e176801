"""The figures of an expression model: FER-2013 with FER+ votes, mined crops, photos of smilers."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.training.errors import BadDataError
from models.training.expression import data, metrics
from models.training.expression.crops import CropRule, cut
from models.training.expression.labels import (
    CONTEMPT,
    FER2013_LABELS,
    HAPPY,
    LABELS,
    NOT_A_FACE,
    majority,
    soft_targets,
)

Logits = Callable[[np.ndarray], np.ndarray]  # uint8 [N, S, S] -> float32 [N, classes]
SMALL_SIDES = (16, 24, 32)


def ferplus(logits: np.ndarray, faces: data.Faces, temperature: float) -> dict[str, Any]:
    """FER+ accuracy, happy against the rest, each label, calibration, and accuracy by brightness of the
    picture.

    Rows with a contempt majority are part of the test and always count as errors: no output stands for
    contempt.
    """
    probabilities = metrics.softmax(logits, temperature)
    guess = probabilities.argmax(1)
    truth, valid = majority(faces.votes)
    right = (truth == guess)[valid]
    ours = valid & (truth != CONTEMPT)
    matrix = metrics.confusion(truth[ours], guess[ours], len(LABELS))
    clear = faces.votes.max(1) >= 5
    targets, weights = soft_targets(faces.votes)
    log_p = np.log(probabilities[weights > 0] + 1e-12)
    return {
        "rows": int(valid.sum()),
        "accuracy": round(float(right.mean()), 4),
        "contempt_rows_counted_as_errors": int((valid & (truth == CONTEMPT)).sum()),
        "accuracy_without_contempt_rows": round(float((truth == guess)[ours].mean()), 4),
        "cross_entropy": round(float(-(targets[weights > 0] * log_p).sum(1).mean()), 4),
        "happy_f1": round(metrics.binary_f1((truth == HAPPY)[clear], (guess == HAPPY)[clear]), 4),
        "happy_rows_with_5_votes": int(clear.sum()),
        "per_class": metrics.per_class(matrix, LABELS),
        "confusion": matrix.tolist(),
        "reliability": metrics.reliability(probabilities.max(1)[valid], right),
        "happy_reliability": metrics.reliability(probabilities[valid][:, HAPPY], (truth == HAPPY)[valid]),
        "by_brightness": _by_brightness(faces.images[valid], right),
    }


def _by_brightness(images: np.ndarray, right: np.ndarray) -> dict[str, dict[str, float]]:
    level = images.mean((1, 2))
    ranges = {
        "darkest (mean < 64)": (0, 64),
        "dark (64-96)": (64, 96),
        "medium (96-160)": (96, 160),
        "bright (> 160)": (160, 256),
    }
    result = {}
    for name, (low, high) in ranges.items():
        rows = (level >= low) & (level < high)
        if rows.any():
            result[name] = {"rows": int(rows.sum()), "accuracy": round(float(right[rows].mean()), 4)}
    return result


def small_faces(logits: Logits, faces: data.Faces) -> dict[str, float]:
    """FER+ accuracy when the crop had only that many pixels a side in the camera's picture."""
    truth, valid = majority(faces.votes)
    result = {}
    for side in SMALL_SIDES:
        views = [
            cv2.resize(cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA), image.shape[::-1])
            for image in faces.images[valid]
        ]
        guess = logits(np.stack(views)).argmax(1)
        result[str(side)] = round(float((guess == truth[valid]).mean()), 4)
    return result


def fer2013(logits: np.ndarray, faces: data.Faces) -> dict[str, Any]:
    """Accuracy on FER-2013's own seven labels (for models trained with ``--labels fer2013``)."""
    guess = logits[:, :7].argmax(1)
    matrix = metrics.confusion(faces.fer.astype(int), guess, 7)
    return {
        "rows": len(faces),
        "accuracy": round(float((guess == faces.fer).mean()), 4),
        "per_class": metrics.per_class(matrix, FER2013_LABELS),
        "confusion": matrix.tolist(),
    }


def not_a_face(logits: Logits, mined: Path) -> dict[str, float]:
    """Crops of photos held out of training: share whose first label is not_a_face."""
    crops = data.load_arrays(mined, ("cascade_held_out", "random_held_out", "faces_held_out"))
    rejected = {
        name: (logits(images).argmax(1) == NOT_A_FACE) for name, images in crops.items() if len(images)
    }
    return {
        key: round(float(rejected[name].mean()), 4)
        for key, name in (
            ("cascade_false_boxes_rejected", "cascade_held_out"),
            ("random_background_rejected", "random_held_out"),
            ("labelled_faces_rejected", "faces_held_out"),
        )
        if name in rejected
    }


def genki(
    logits: Logits, temperature: float, folder: Path, detector: Path | None, rule: CropRule, size: int
) -> dict[str, Any]:
    """Photos of one person each with smile labels, whole path; a missed face is no smile.

    :param folder: photos and labels.csv (file, smile)
    :param detector: YuNet ONNX file; without one, OpenCV's frontal cascade
    """
    crops, smiles, missed = genki_crops(folder, detector, rule, size)
    scores = np.zeros(len(smiles))
    called = np.zeros(len(smiles), bool)
    found = ~missed
    probabilities = metrics.softmax(logits(crops[found]), temperature)
    scores[found] = probabilities[:, HAPPY]
    called[found] = probabilities.argmax(1) == HAPPY
    recall, threshold = metrics.recall_at_false_positives(scores, smiles, 0.01)
    return {
        "photos": len(smiles),
        "missed_faces": int(missed.sum()),
        "accuracy": round(float((called == smiles).mean()), 4),
        "false_smiles": round(float(called[~smiles].mean()), 4),
        "missed_smiles": round(float((~called[smiles]).mean()), 4),
        "recall_at_1_percent_false_smiles": round(recall, 4),
        "threshold_there": round(threshold, 4),
        "called_not_a_face": int((probabilities.argmax(1) == NOT_A_FACE).sum()),
    }


def genki_crops(
    folder: Path, detector: Path | None, rule: CropRule, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Crops uint8 ``[N, S, S]``, smile bool ``[N]``, missed bool ``[N]`` (their crops are black)."""
    try:
        with (folder / "labels.csv").open(newline="") as stream:
            rows = list(csv.DictReader(stream))
    except OSError as error:
        raise BadDataError(f"{folder}/labels.csv: {error.strerror}; expected file,smile,...") from None
    find = _yunet(detector) if detector else _cascade()
    crops = np.zeros((len(rows), size, size), np.uint8)
    missed = np.zeros(len(rows), bool)
    for i, row in enumerate(rows):
        picture = cv2.imread(str(folder / row["file"]))
        box = None if picture is None else find(picture)
        missed[i] = box is None
        if box is not None:
            crops[i] = cut(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), box, size, rule if detector else None)
    return crops, np.array([row["smile"] == "1" for row in rows]), missed


def _cascade() -> Callable[[np.ndarray], tuple[float, ...] | None]:
    cascade = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")

    def find(picture: np.ndarray) -> tuple[float, ...] | None:
        boxes = cascade.detectMultiScale(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), 1.1, 5, minSize=(40, 40))
        return max((tuple(map(float, box)) for box in boxes), key=lambda box: box[2], default=None)

    return find


def _yunet(path: Path) -> Callable[[np.ndarray], tuple[float, ...] | None]:
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
