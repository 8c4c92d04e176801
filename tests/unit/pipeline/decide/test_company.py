"""The rule on one frame: how many people are wanted, and who counts among them."""

from dataclasses import replace

import pytest

from appliance.config.schema import RuleSettings, Who
from appliance.light.states import State
from appliance.pipeline.decide.company import verdict_on
from appliance.pipeline.decide.decider import Decider
from appliance.records.decision import Reason, ReasonKind
from tests.support.rule import GRIN, SAD, SMILE, photos, play
from tests.support.strategies import people, person, showing_of

TWO_SMILE = tuple(showing_of(person(number, 0.95)) for number in (1, 2))


@pytest.mark.parametrize("who", [Who(), Who(at_least=1), Who(share=0.3)])
def test_somebody_who_has_just_come_in_is_one_too_many_already(who: Who) -> None:
    rule = RuleSettings(who=who, max_faces=2)
    too_many = Reason(kind=ReasonKind.TOO_MANY, people=3, needed=2)
    assert verdict_on(rule, TWO_SMILE, newcomers=1).waiting_for == too_many


def test_as_many_as_are_wanted_at_most_are_not_too_many() -> None:
    reason = verdict_on(RuleSettings(max_faces=2), TWO_SMILE, newcomers=0).waiting_for
    assert reason is None or reason.kind is not ReasonKind.TOO_MANY


def test_too_few_people_take_no_photo() -> None:
    assert photos(play(Decider(RuleSettings(min_faces=2)), [{1: GRIN}] * 60)) == 0


def test_at_least_two_of_three_are_enough_and_one_is_not() -> None:
    rule = RuleSettings(who=Who(at_least=2))
    assert photos(play(Decider(rule), [{1: SMILE, 2: SMILE, 3: SAD}] * 30)) == 1
    assert photos(play(Decider(rule), [{1: SMILE, 2: SAD, 3: SAD}] * 30)) == 0
    lacking = Reason(kind=ReasonKind.NOT_ENOUGH, people=2, showing=1, needed=2)
    assert play(Decider(rule), [{1: SMILE, 2: SAD}])[0].reason == lacking


def test_a_share_of_the_people_is_rounded_up() -> None:
    rule = RuleSettings(who=Who(share=0.8))
    four, five = (dict.fromkeys(range(count), SMILE) for count in (4, 5))
    assert photos(play(Decider(rule), [four | {4: SAD}] * 30)) == 1
    assert photos(play(Decider(rule), [five | {4: SAD, 3: SAD}] * 30)) == 0
    assert (
        photos(
            play(
                Decider(RuleSettings(who=Who(share=0.6))),
                [{1: SMILE, 2: SMILE, 3: SMILE, 4: SAD, 5: SAD}] * 30,
            )
        )
        == 1
    )


def test_more_people_than_wanted_take_no_photo() -> None:
    decisions = play(Decider(RuleSettings(max_faces=2)), [{1: SMILE, 2: SMILE, 3: SMILE}] * 30)
    assert photos(decisions) == 0
    assert decisions[-1].reason == Reason(kind=ReasonKind.TOO_MANY, people=3, needed=2)


NEAR = showing_of(person(1, 0.95))
FAR = replace(showing_of(person(2, 0.95)), person=replace(person(2, 0.95), too_far=True), shows=False)


def test_somebody_too_far_away_to_be_judged_holds_up_a_photo_of_everybody_and_is_told() -> None:
    reason = verdict_on(RuleSettings(), (NEAR, FAR), newcomers=0).waiting_for
    assert reason == Reason(kind=ReasonKind.TOO_FAR, people=2, missing=1, needed=2)


@pytest.mark.parametrize(("who", "told"), [(Who(at_least=1), False), (Who(at_least=2), True)])
def test_who_is_too_far_away_matters_only_where_the_others_are_not_enough(who: Who, told: bool) -> None:
    reason = verdict_on(RuleSettings(who=who), (NEAR, FAR), newcomers=0).waiting_for
    assert (reason is not None and reason.kind is ReasonKind.TOO_FAR) is told


def test_coming_nearer_is_no_help_where_too_few_people_are_there_at_all() -> None:
    reason = verdict_on(RuleSettings(who=Who(at_least=3)), (NEAR, FAR), newcomers=0).waiting_for
    assert reason is not None
    assert reason.kind is ReasonKind.NOT_ENOUGH


def test_no_score_counts_of_a_face_that_is_too_small_and_the_light_asks_for_a_step_nearer() -> None:
    scene = people(0.0, {1: GRIN, 2: GRIN})
    far = replace(scene, persons=(scene.persons[0], replace(scene.persons[1], too_far=True)))
    decider = Decider(RuleSettings())
    decisions = [decider.decide(replace(far, frame=people(i / 30, {}).frame)) for i in range(60)]
    assert photos(decisions) == 0
    assert {d.light for d in decisions} == {State.TOO_FAR}
    assert [one.shows for one in decisions[-1].people] == [True, False]


def test_a_photo_is_taken_without_those_too_far_away_where_they_do_not_count() -> None:
    scene = people(0.0, {1: GRIN, 2: SAD})
    passing = replace(scene.persons[1], too_far=True, counts=False)
    far = replace(scene, persons=(scene.persons[0], passing))
    decider = Decider(RuleSettings())
    assert photos([decider.decide(replace(far, frame=people(i / 30, {}).frame)) for i in range(60)]) == 1
