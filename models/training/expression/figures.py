"""The figures of an expression model on FER-2013 with FER+ votes, and on mined crops."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from models.training.expression import data, metrics
from models.training.expression.labels import (
    CONTEMPT,
    FER2013_LABELS,
    FERPLUS_COLUMN,
    HAPPY,
    LABELS,
    NOT_A_FACE,
    NOT_A_FACE_COLUMN,
    majority,
    soft_targets,
)

Logits = Callable[[np.ndarray], np.ndarray]  # uint8 [N, S, S] -> float32 [N, classes]
SMALL_SIDES = (16, 24, 32)
CLEAR = 0.8
"""Share of the votes from which an expression is plain to see."""
REJECTED_FROM = 0.5  # probability of not_a_face from which the appliance drops a find


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
    undisputed = faces.votes[:, NOT_A_FACE_COLUMN] == 0
    log_p = np.log(probabilities[weights > 0] + 1e-12)
    return {
        "rows": int(valid.sum()),
        "accuracy": round(float(right.mean()), 4),
        "contempt_rows_counted_as_errors": int((valid & (truth == CONTEMPT)).sum()),
        "accuracy_without_contempt_rows": round(float((truth == guess)[ours].mean()), 4),
        "cross_entropy": round(float(-(targets[weights > 0] * log_p).sum(1).mean()), 4),
        "happy_f1": round(metrics.binary_f1((truth == HAPPY)[clear], (guess == HAPPY)[clear]), 4),
        "happy_rows_with_5_votes": int(clear.sum()),
        "faces_rejected": round(float((probabilities[undisputed, NOT_A_FACE] >= REJECTED_FROM).mean()), 4),
        "per_class": metrics.per_class(matrix, LABELS),
        "confusion": matrix.tolist(),
        "reliability": metrics.reliability(probabilities.max(1)[valid], right),
        "happy_reliability": metrics.reliability(probabilities[valid][:, HAPPY], (truth == HAPPY)[valid]),
        "by_brightness": _by_brightness(faces.images[valid], right),
        "clear": _clear(probabilities, faces.votes),
    }


def _clear(probabilities: np.ndarray, votes: np.ndarray) -> dict[str, dict[str, float]]:
    """Recall at 1 % false by expression, of faces in which at least 8 of 10 people saw it against those in
    which not one did; the score is the probability given that it is a face, as the rule counts."""
    scores = probabilities[:, :NOT_A_FACE] / np.maximum(1e-9, 1 - probabilities[:, NOT_A_FACE:])
    shares = votes / np.maximum(1, votes.sum(1, keepdims=True))
    result = {}
    for index, name in enumerate(LABELS[:NOT_A_FACE]):
        seen = shares[:, FERPLUS_COLUMN[name]]
        wanted, others = seen >= CLEAR, seen == 0
        if wanted.any() and others.any():
            known = wanted | others
            recall, _ = metrics.recall_at_false_positives(scores[known, index], wanted[known], 0.01)
            result[name] = {"recall": round(recall, 4), "of": int(wanted.sum()), "others": int(others.sum())}
    return result


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


def fer2013(logits: np.ndarray, faces: data.Faces, mirrored: np.ndarray | None = None) -> dict[str, Any]:
    """Accuracy on FER-2013's own seven labels (for models trained with ``--labels fer2013``).

    :param mirrored: logits of the mirror images. The literature's figures are mostly of a mean over several
        crops; the mean of a picture and its mirror image stands beside ours of the picture alone
    """
    guess = logits[:, :7].argmax(1)
    matrix = metrics.confusion(faces.fer.astype(int), guess, 7)
    return {
        "rows": len(faces),
        "accuracy": round(float((guess == faces.fer).mean()), 4),
        **(
            {}
            if mirrored is None
            else {"accuracy_with_mirror_image": _mean_accuracy(logits, mirrored, faces)}
        ),
        "per_class": metrics.per_class(matrix, FER2013_LABELS),
        "confusion": matrix.tolist(),
    }


def _mean_accuracy(logits: np.ndarray, mirrored: np.ndarray, faces: data.Faces) -> float:
    both = metrics.softmax(logits[:, :7]) + metrics.softmax(mirrored[:, :7])
    return round(float((both.argmax(1) == faces.fer).mean()), 4)


HELD_OUT = {
    "cascade_held_out": "cascade_false_boxes_rejected",
    "random_held_out": "random_background_rejected",
    "faces_held_out": "labelled_faces_rejected",
    "cascade_true_held_out": "cascade_true_boxes_rejected",
}
"""Crops of photos held out of training (``prepare``), and the figure each kind of them gives."""


def not_a_face(logits: Logits, temperature: float, crops: dict[str, np.ndarray]) -> dict[str, float]:
    """The share of each kind in :data:`HELD_OUT` whose probability of not_a_face reaches REJECTED_FROM.

    :param crops: uint8 ``[N, 48, 48]`` by kind
    """
    result: dict[str, float] = {}
    for kind, name in HELD_OUT.items():
        images = crops.get(kind, ())
        if len(images):
            rejected = metrics.softmax(logits(images), temperature)[:, NOT_A_FACE] >= REJECTED_FROM
            result[name] = round(float(rejected.mean()), 4)
            result[name.replace("rejected", "rows")] = len(images)
    return result
