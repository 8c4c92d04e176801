"""A crowd that goes on smiling is taken once, until something changes."""

import dataclasses

from appliance.config.schema import RuleSettings, Who
from appliance.pipeline.decide.decider import Decider
from appliance.records.decision import Reason, ReasonKind
from appliance.records.faces import People
from tests.support.rule import GRIN, SAD, STEP, photos, play
from tests.support.strategies import people


def test_where_others_are_enough_somebody_who_stops_and_smiles_again_is_a_new_scene() -> None:
    rule = RuleSettings(who=Who(at_least=1), cooldown_seconds=0.5)
    goes_on, one_stops = [{1: GRIN, 2: GRIN}] * 60, [{1: GRIN, 2: SAD}] * 30
    decider = Decider(rule)
    assert photos(play(decider, goes_on)) == 1
    assert photos(play(decider, [*one_stops, *goes_on], start=2.0)) == 1


def test_somebody_who_does_not_count_makes_no_new_scene() -> None:
    decider = Decider(RuleSettings(cooldown_seconds=0.5))

    def scene(i: int) -> People:
        one = people(i * STEP, {1: GRIN, 2: GRIN if i < 30 else SAD})
        behind = dataclasses.replace(one.persons[1], counts=False)
        return dataclasses.replace(one, persons=(one.persons[0], behind))

    assert photos([decider.decide(scene(i)) for i in range(90)]) == 1


def test_a_crowd_that_goes_on_smiling_and_stands_still_is_taken_once() -> None:
    rule = RuleSettings(cooldown_seconds=1)
    decider = Decider(rule)
    assert photos(play(decider, [{1: GRIN, 2: GRIN}] * 300)) == 1
    again = decider.decide(people(10, {1: GRIN, 2: GRIN}))
    assert again.reason == Reason(kind=ReasonKind.SAME_SCENE)


def test_the_same_crowd_is_taken_again_after_somebody_stopped_smiling_left_or_came() -> None:
    for change in ({1: GRIN, 2: SAD}, {1: GRIN}, {1: GRIN, 2: GRIN, 3: GRIN}):
        decider = Decider(RuleSettings(cooldown_seconds=1))
        both = {1: GRIN, 2: GRIN}
        assert photos(play(decider, [both] * 60 + [change] * 6 + [both] * 60)) == 1
        assert (
            photos(play(Decider(RuleSettings(cooldown_seconds=1)), [both] * 60 + [change] * 20 + [both] * 60))
            >= 2
        )


def test_the_same_crowd_is_taken_again_after_somebody_moved() -> None:
    decider = Decider(RuleSettings(cooldown_seconds=1))
    assert photos(play(decider, [{1: GRIN}] * 60)) == 1
    moved = [decider.decide(people(2 + i * STEP, {1: GRIN}, x=35.0)) for i in range(30)]
    assert photos(moved) == 1
