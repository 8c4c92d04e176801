"""What the light says while the rule is watched: it never has anybody hold still for nothing."""

import dataclasses

from appliance.config.schema import RuleSettings
from appliance.light.states import State
from appliance.pipeline.decide.decider import Decider
from appliance.pipeline.decide.light_state import PHOTO_LIGHT_SECONDS
from appliance.records.decision import Command
from tests.support.rule import FAINT, GRIN, SAD, SMILE, STEP, not_everybody, play
from tests.support.strategies import people


def test_nobody_holds_still_for_long_for_somebody_who_stays_a_little_short() -> None:
    scenes = [{1: GRIN, 2: SMILE}] * 6 + [{1: GRIN, 2: FAINT}] * 30 + [{1: GRIN, 2: SMILE}]
    lights = [d.light for d in play(Decider(RuleSettings(smoothing_seconds=0)), scenes)]
    assert set(lights[:20]) == {State.ALL}
    assert set(lights[22:36]) == {State.WAITING}
    assert lights[36] is not State.WAITING


def test_whoever_disarms_and_arms_again_at_once_is_told_of_a_photo_once() -> None:
    decider = Decider(RuleSettings())
    lights = [d.light for d in play(decider, [{1: GRIN}] * 12)]
    assert lights[-1] is State.PHOTO
    decider.command(Command.TOGGLE)
    assert decider.decide(people(12 * STEP, {1: GRIN})).light is State.DISARMED
    decider.command(Command.TOGGLE)
    assert decider.decide(people(13 * STEP, {1: GRIN})).light is State.ARMED  # it is cooling down


def test_nobody_holds_still_and_no_lamp_burns_for_a_photo_that_is_there_already() -> None:
    goes_on, stops, again = [{1: GRIN}] * 60, [{1: SAD}] * 20, [{1: GRIN}] * 6
    decisions = play(Decider(RuleSettings(cooldown_seconds=1)), goes_on + stops + again)
    taken = next(i for i, d in enumerate(decisions) if d.take_photo)
    said = round((PHOTO_LIGHT_SECONDS + 0.05) / STEP)
    assert {d.light for d in decisions[taken : taken + said - 3]} == {State.PHOTO}
    assert {d.light for d in decisions[taken + said : 60]} == {State.ARMED}
    assert decisions[79].light is State.WAITING
    assert decisions[-1].light is State.ALL


def test_nobody_holds_still_for_a_photo_that_the_cooldown_does_not_let_come_yet() -> None:
    rule = RuleSettings(cooldown_seconds=2, new_scene=False)
    decisions = play(Decider(rule), [{1: GRIN}] * 90)
    first, second = (i for i, d in enumerate(decisions) if d.take_photo)
    said, before = round(PHOTO_LIGHT_SECONDS / STEP) + 1, round(rule.hold_seconds / STEP) + 1
    assert {d.light for d in decisions[first + said : second - before]} == {State.ARMED}
    assert {d.light for d in decisions[second - before + 2 : second]} == {State.ALL}


def test_with_only_a_poster_in_view_the_light_waits_for_nobody() -> None:
    scene = people(0.0, {1: SAD})
    poster = dataclasses.replace(scene.persons[0], counts=False)
    assert Decider(RuleSettings()).decide(dataclasses.replace(scene, persons=(poster,))).light is State.ARMED


def test_the_light_says_who_is_missing() -> None:
    decider = Decider(RuleSettings())
    assert decider.decide(people(0.0, {})).light is State.ARMED
    waiting = decider.decide(people(STEP, {1: GRIN, 2: SAD}))
    assert waiting.light is State.WAITING
    assert waiting.reason == not_everybody(1, of=2)
    assert decider.decide(people(2 * STEP, {1: GRIN})).light is State.ALL
