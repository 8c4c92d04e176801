"""The rule on one frame: how many people are wanted, and who counts among them."""

import pytest

from appliance.config.schema import Rule, Who
from appliance.pipeline.decide.company import judge
from appliance.records.decision import Reason, ReasonKind
from tests.support.strategies import person, showing_of

TWO_SMILE = tuple(showing_of(person(number, 0.95)) for number in (1, 2))


@pytest.mark.parametrize("who", [Who(), Who(at_least=1), Who(share=0.3)])
def test_somebody_who_has_just_come_in_is_one_too_many_already(who: Who) -> None:
    rule = Rule(who=who, max_faces=2)
    too_many = Reason(kind=ReasonKind.TOO_MANY, people=3, needed=2)
    assert judge(rule, TWO_SMILE, newcomers=1).waiting_for == too_many


def test_as_many_as_are_wanted_at_most_are_not_too_many() -> None:
    reason = judge(Rule(max_faces=2), TWO_SMILE, newcomers=0).waiting_for
    assert reason is None or reason.kind is not ReasonKind.TOO_MANY
