"""The rule, in the words of the person in front of the box."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.config.schema import Rule
from appliance.frames import Decision, Light, People
from appliance.pipeline.decide import Decider, expression_probability
from tests.strategies import people

STEP = 1 / 30
SMILE, GRIN, SAD = 0.95, 0.99, 0.05


def play(decider: Decider, scenes: list[dict[int, float | None]], start: float = 0.0) -> list[Decision]:
    """One decision a frame, at 30 frames a second."""
    return [decider.process(people(start + i * STEP, scene)) for i, scene in enumerate(scenes)]


def photos(decisions: list[Decision]) -> int:
    return sum(decision.take_photo for decision in decisions)


def test_everybody_smiling_for_long_enough_gives_one_photo() -> None:
    decisions = play(Decider(Rule()), [{1: SMILE, 2: SMILE, 3: SMILE}] * 30)
    assert photos(decisions) == 1
    first = next(d for d in decisions if d.take_photo)
    assert 0.35 <= first.frame.captured_at <= 0.45


def test_one_sad_face_among_ten_blocks_the_photo() -> None:
    group = dict.fromkeys(range(9), GRIN) | {9: SAD}
    assert photos(play(Decider(Rule()), [group] * 120)) == 0


def test_a_smile_shorter_than_the_hold_is_not_taken() -> None:
    scenes = [{1: SAD}] * 10 + [{1: SMILE}] * 8 + [{1: SAD}] * 30
    assert photos(play(Decider(Rule()), scenes)) == 0


def test_a_face_missed_for_a_moment_blocks_but_need_not_start_over() -> None:
    scenes = [{1: SMILE, 2: SMILE}] * 10 + [{1: SMILE, 2: None}] * 4 + [{1: SMILE, 2: SMILE}] * 4
    decisions = play(Decider(Rule()), scenes)
    assert not any(d.take_photo for d in decisions[10:14])
    assert photos(decisions) == 1


def test_somebody_walking_in_blocks_until_they_smile_too() -> None:
    decider = Decider(Rule(cooldown_seconds=0))
    assert photos(play(decider, [{1: SMILE}] * 9)) == 0
    arrival = [decider.process(people(0.31 + i * STEP, {1: SMILE}, newcomers=1)) for i in range(3)]
    assert photos(arrival) == 0
    assert photos(play(decider, [{1: SMILE, 2: SAD}] * 60, start=0.45)) == 0
    assert photos(play(decider, [{1: SMILE, 2: SMILE}] * 40, start=2.5)) >= 1


def test_a_person_who_leaves_no_longer_blocks() -> None:
    decider = Decider(Rule())
    assert photos(play(decider, [{1: SMILE, 2: SAD}] * 30)) == 0
    assert photos(play(decider, [{1: SMILE}] * 30, start=1.0)) == 1


def test_too_few_people_take_no_photo() -> None:
    assert photos(play(Decider(Rule(min_faces=2)), [{1: GRIN}] * 60)) == 0


def test_the_cooldown_keeps_photos_apart() -> None:
    decisions = play(Decider(Rule(cooldown_seconds=2.0)), [{1: GRIN}] * 300)
    times = [d.frame.captured_at for d in decisions if d.take_photo]
    assert len(times) >= 3
    assert all(b - a >= 2.0 for a, b in itertools.pairwise(times))


def test_a_press_disarms_and_another_arms_again() -> None:
    decider = Decider(Rule())
    decider.press()
    assert photos(play(decider, [{1: GRIN}] * 60)) == 0
    assert decider.process(people(2.0, {1: GRIN})).light is Light.DISARMED
    decider.press()
    assert photos(play(decider, [{1: GRIN}] * 60, start=2.1)) == 1


def test_in_button_mode_nothing_happens_before_the_first_press() -> None:
    decider = Decider(Rule(mode="button"))
    assert photos(play(decider, [{1: GRIN}] * 60)) == 0
    decider.press()
    assert photos(play(decider, [{1: GRIN}] * 60, start=3.0)) == 1


def test_after_a_long_gap_between_frames_everybody_starts_over() -> None:
    decider = Decider(Rule())
    play(decider, [{1: GRIN}] * 5)
    assert not decider.process(people(10.0, {1: GRIN})).take_photo


def test_surprise_can_be_asked_for_instead() -> None:
    decider = Decider(Rule(expression=("surprise",)))
    assert photos(play(decider, [{1: GRIN}] * 60)) == 0


def test_the_light_says_who_is_missing() -> None:
    decider = Decider(Rule())
    assert decider.process(people(0.0, {})).light is Light.ARMED
    waiting = decider.process(people(STEP, {1: GRIN, 2: SAD}))
    assert waiting.light is Light.WAITING
    assert waiting.reason == "1 of 2 show it"
    assert decider.process(people(2 * STEP, {1: GRIN})).light is Light.ALL


scores = st.one_of(st.none(), st.floats(0, 1))
scenes = st.lists(
    st.tuples(st.dictionaries(st.integers(1, 4), scores, max_size=4), st.integers(0, 1), st.integers(1, 30)),
    min_size=1,
    max_size=25,
)
rules = st.builds(
    Rule,
    expression=st.just(("happy",)),
    mode=st.sampled_from(["always_armed", "button"]),
    min_faces=st.integers(1, 3),
    hold_seconds=st.floats(0, 1),
    cooldown_seconds=st.floats(0, 3),
    smoothing_seconds=st.one_of(st.just(0.0), st.floats(0.01, 1)),
)


def frames_of(script: list[tuple[dict[int, float | None], int, int]]) -> list[People]:
    result: list[People] = []
    for scene, newcomers, repeats in script:
        for _ in range(repeats):
            result.append(people(len(result) * STEP, scene, newcomers))
    return result


def nobody_stopped_within(rule: Rule, history: list[People]) -> bool:
    """Whether everybody now present showed it in every frame of the hold in which they were seen.

    Only without smoothing: with it a single bad frame is meant to be forgiven.
    """
    now = history[-1].frame.captured_at
    held = [frame for frame in history if frame.frame.captured_at >= now - rule.hold_seconds + STEP / 2]
    return rule.smoothing_seconds > 0 or all(
        expression_probability(rule.expression, person.face) >= rule.stops_below
        for frame in held
        for person in frame.persons
        if person.seen
    )


@settings(max_examples=300, deadline=None)
@given(rules, scenes)
def test_never_a_photo_while_somebody_followed_does_not_show_it(rule: Rule, script: list) -> None:
    decider = Decider(rule)
    history: list[People] = []
    for frame in frames_of(script):
        decision = decider.process(frame)
        history.append(frame)
        good = len(frame.persons) >= rule.min_faces and not frame.newcomers
        for person in frame.persons:
            shown = expression_probability(rule.expression, person.face)
            good = good and person.seen and shown >= rule.stops_below
        if decision.take_photo:
            assert good
            assert decision.armed
            assert decision.all_show
            assert all(one.shows for one in decision.people)
            assert nobody_stopped_within(rule, history)


@settings(max_examples=300, deadline=None)
@given(rules, scenes, st.integers(1, 4))
def test_always_a_photo_when_all_show_it_for_long_enough(rule: Rule, script: list, count: int) -> None:
    decider = Decider(rule)
    before = frames_of(script)
    for frame in before:
        decider.process(frame)
    if not decider.armed:
        decider.press()
    start = len(before)
    seconds = rule.hold_seconds + rule.cooldown_seconds + 6 * rule.smoothing_seconds + 0.2
    group = dict.fromkeys(range(1, max(count, rule.min_faces) + 1), 0.99)
    after = [decider.process(people((start + i) * STEP, group)) for i in range(int(seconds / STEP) + 3)]
    assert photos(after) >= 1
