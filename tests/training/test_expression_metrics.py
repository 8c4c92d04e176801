"""Figures that stand on the model card must be right."""

import numpy as np
import pytest

from models.training.expression import data, figures, metrics
from models.training.expression.labels import HAPPY, LABELS


def test_the_temperature_of_overconfident_logits_is_found() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (4000, 8)).astype(np.float32)
    assert metrics.fit_temperature(3 * logits, metrics.softmax(logits)) == pytest.approx(3, rel=0.02)


def test_honest_scores_have_no_calibration_error_and_boasting_ones_do() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1, 20_000)
    right = rng.random(20_000) < confidence
    assert metrics.reliability(confidence, right)["expected_calibration_error"] < 0.02
    assert metrics.reliability(np.full(20_000, 0.99), right)["expected_calibration_error"] > 0.2


def test_precision_recall_and_f1_from_a_confusion_matrix() -> None:
    matrix = metrics.confusion(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]), 2)
    assert metrics.per_class(matrix, ("no", "yes")) == {
        "no": {"precision": 1.0, "recall": 0.6667, "f1": 0.8, "rows": 3},
        "yes": {"precision": 0.5, "recall": 1.0, "f1": 0.6667, "rows": 1},
    }


def test_recall_at_one_percent_lets_at_most_one_percent_of_the_others_through() -> None:
    rng = np.random.default_rng(0)
    truth = np.repeat([True, False], 1000)
    scores = np.concatenate([rng.uniform(0.3, 1, 1000), rng.uniform(0, 0.7, 1000)])
    recall, threshold = metrics.recall_at_false_positives(scores, truth, 0.01)
    assert (scores[~truth] > threshold).mean() <= 0.01
    assert recall == pytest.approx((scores[truth] > threshold).mean())


def test_contempt_rows_count_as_errors_in_the_ferplus_accuracy() -> None:
    votes = np.zeros((4, 10), np.uint8)
    votes[:3, 1] = 10  # happiness
    votes[3, 7] = 10  # contempt
    faces = data.Faces(np.zeros((4, 48, 48), np.uint8), np.zeros(4, np.uint8), votes)
    logits = np.zeros((4, len(LABELS)), np.float32)
    logits[:, HAPPY] = 5
    result = figures.ferplus(logits, faces, 1.0)
    assert result["accuracy"] == 0.75
    assert result["contempt_rows_counted_as_errors"] == 1
    assert result["accuracy_without_contempt_rows"] == 1.0


def test_a_clear_expression_is_measured_against_faces_in_which_nobody_saw_it() -> None:
    votes = np.zeros((203, 10), np.uint8)
    votes[:2, 1] = 10  # happiness
    votes[2, [0, 1]] = 6, 4  # neither clear nor without a vote
    votes[3:, 0] = 10  # neutral
    faces = data.Faces(np.zeros((203, 48, 48), np.uint8), np.zeros(203, np.uint8), votes)
    logits = np.zeros((203, len(LABELS)), np.float32)
    logits[:, HAPPY] = [5, 1, 9, 3, 2, 1, *[-5] * 197]
    assert figures.ferplus(logits, faces, 1.0)["clear"]["happy"] == {"recall": 0.5, "of": 2, "others": 200}
