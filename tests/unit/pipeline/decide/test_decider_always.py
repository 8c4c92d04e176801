"""The rule, whatever the faces do: properties that hold for every script of a group."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.config.schema import RuleSettings, Who
from appliance.pipeline.decide.decider import Decider
from appliance.pipeline.decide.sensitivity import level_of
from appliance.pipeline.decide.showing import expression_probability
from appliance.records.decision import Command
from appliance.records.faces import People
from tests.support.rule import SAD, STEP, photos
from tests.support.strategies import people

Script = list[tuple[dict[int, float | None], int, int]]

scores = st.one_of(st.none(), st.floats(0, 1))
scenes = st.lists(
    st.tuples(st.dictionaries(st.integers(1, 4), scores, max_size=4), st.integers(0, 1), st.integers(1, 30)),
    min_size=1,
    max_size=25,
)
rules = st.builds(
    RuleSettings,
    expression=st.just(("happy",)),
    mode=st.sampled_from(["always_armed", "button"]),
    min_faces=st.integers(1, 3),
    hold_seconds=st.floats(0, 1),
    cooldown_seconds=st.floats(0, 3),
    hold_frames=st.one_of(st.just(0), st.integers(1, 20)),
    who=st.one_of(
        st.just(Who()),
        st.integers(1, 3).map(lambda n: Who(at_least=n)),
        st.floats(0.01, 1).map(lambda share: Who(share=share)),
    ),
    sensitivity=st.sampled_from(["slight", "normal", "big"]),
    new_scene=st.booleans(),
    smoothing_seconds=st.one_of(st.just(0.0), st.floats(0.01, 1)),
)


def frames_of(script: Script) -> list[People]:
    result: list[People] = []
    for scene, newcomers, repeats in script:
        for _ in range(repeats):
            result.append(people(len(result) * STEP, scene, newcomers))
    return result


def stops(rule: RuleSettings) -> float:
    return level_of(rule.expression, rule.sensitivity).stops


def shown_by(rule: RuleSettings, frame: People) -> int:
    return sum(
        person.seen and expression_probability(rule.expression, person.face) >= stops(rule)
        for person in frame.persons
    )


def obeys(rule: RuleSettings, frame: People) -> bool:
    """The rule as config.yaml words it, worked out a second time and without the appliance's own code."""
    present, shown = len(frame.persons), shown_by(rule, frame)
    if not max(1, rule.min_faces) <= present or present + frame.newcomers > rule.max_faces:
        return False
    if rule.who.at_least is not None:
        return shown >= rule.who.at_least
    if rule.who.share is not None:
        return shown >= rule.who.share * (present + frame.newcomers) - 1e-6
    return shown == present and frame.newcomers == 0


@pytest.mark.slow
@given(rules, scenes)
def test_never_a_photo_of_a_frame_that_breaks_the_rule(rule: RuleSettings, script: Script) -> None:
    decider = Decider(rule)
    photos_at = []
    for frame in frames_of(script):
        decision = decider.decide(frame)
        if decision.take_photo:
            assert obeys(rule, frame)
            assert decision.armed
            assert decision.all_show
            assert decision.episode
            photos_at.append(frame.frame.captured_at)
    for before, after in itertools.pairwise(photos_at):
        assert after - before >= rule.cooldown_seconds


@given(st.floats(0, 1), scenes)
def test_everybody_shows_it_in_every_frame_of_the_hold(hold: float, script: Script) -> None:
    """Without smoothing: with it, a single bad frame is meant to be forgiven."""
    rule = RuleSettings(hold_seconds=hold, smoothing_seconds=0, cooldown_seconds=0, new_scene=False)
    decider = Decider(rule)
    history: list[People] = []
    for frame in frames_of(script):
        history.append(frame)
        if decider.decide(frame).take_photo:
            start = frame.frame.captured_at - hold
            held = [past for past in history if past.frame.captured_at >= start + STEP / 2]
            assert all(
                expression_probability(rule.expression, person.face) >= stops(rule)
                for past in held
                for person in past.persons
                if person.seen
            )


@pytest.mark.slow
@given(rules, scenes, st.integers(1, 4))
def test_always_a_photo_when_all_show_it_for_long_enough(
    rule: RuleSettings, script: Script, count: int
) -> None:
    """Whatever happened before: there is no state that cannot be left."""
    decider = Decider(rule)
    before = frames_of(script)
    for frame in before:
        decider.decide(frame)
    if not decider.armed:
        decider.command(Command.TOGGLE)
    count = max(count, rule.min_faces, rule.who.at_least or 1)
    start = len(before) * STEP
    hold = max(rule.hold_seconds, rule.hold_frames * STEP)
    seconds = hold + rule.cooldown_seconds + 6 * rule.smoothing_seconds + 0.2
    sad = [
        decider.decide(people(start + i * STEP, dict.fromkeys(range(1, count + 1), SAD))) for i in range(60)
    ]
    start += 60 * STEP
    group = dict.fromkeys(range(1, count + 1), 0.99)
    after = [decider.decide(people(start + i * STEP, group)) for i in range(int(seconds / STEP) + 3)]
    assert photos(sad) == 0
    assert photos(after) >= 1
