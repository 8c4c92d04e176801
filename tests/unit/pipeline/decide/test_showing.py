"""The probability of an expression is that of a face: what may be none does not make it smile less."""

from dataclasses import replace

import pytest

from appliance.pipeline.decide.showing import expression_probability
from appliance.records.labels import LABELS
from tests.support.strategies import face


def test_a_doubtful_face_shows_as_much_of_an_expression_as_a_certain_one() -> None:
    scores = dict.fromkeys(LABELS, 0.0) | {"happy": 0.6, "neutral": 0.2, "not_a_face": 0.2}
    doubtful = replace(face(0.0), scores=scores)
    assert expression_probability(("happy",), doubtful) == pytest.approx(0.75)
    assert expression_probability(("happy", "neutral"), doubtful) == pytest.approx(1.0)


def test_what_is_not_a_face_at_all_has_no_more_than_certainty() -> None:
    nothing = replace(face(0.0), scores=dict.fromkeys(LABELS, 0.0) | {"happy": 1e-6, "not_a_face": 1.0})
    assert expression_probability(("happy",), nothing) == 1.0
