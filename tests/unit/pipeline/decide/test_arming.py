"""Armed or not: by button, by rule, by time."""

from appliance.config.schema import RuleSettings
from appliance.light.states import State
from appliance.pipeline.decide.decider import Decider
from appliance.records.decision import Command
from tests.support.rule import GRIN, photos, play
from tests.support.strategies import people


def test_a_press_disarms_and_another_arms_again() -> None:
    decider = Decider(RuleSettings())
    decider.command(Command.TOGGLE)
    assert photos(play(decider, [{1: GRIN}] * 60)) == 0
    assert decider.decide(people(2.0, {1: GRIN})).light is State.DISARMED
    decider.command(Command.TOGGLE)
    assert photos(play(decider, [{1: GRIN}] * 60, start=2.1)) == 1


def test_in_button_mode_nothing_happens_before_the_first_press() -> None:
    decider = Decider(RuleSettings(mode="button"))
    assert photos(play(decider, [{1: GRIN}] * 60)) == 0
    decider.command(Command.TOGGLE)
    assert photos(play(decider, [{1: GRIN}] * 60, start=3.0)) == 1


def test_after_so_many_photos_it_is_disarmed_until_the_next_press() -> None:
    decider = Decider(RuleSettings(mode="button", shots_per_arming=2, cooldown_seconds=1, new_scene=False))
    decider.command(Command.TOGGLE)
    assert photos(play(decider, [{1: GRIN}] * 300)) == 2
    assert not decider.armed
    decider.command(Command.TOGGLE)
    assert photos(play(decider, [{1: GRIN}] * 300, start=10)) == 2


def test_when_nothing_comes_of_it_it_is_disarmed_after_some_minutes() -> None:
    decider = Decider(RuleSettings(mode="button", disarm_after_minutes=1))
    decider.command(Command.TOGGLE)
    decider.decide(people(0, {}))
    assert decider.decide(people(59, {})).armed
    assert not decider.decide(people(60, {})).armed
