"""The photo is the best frame of the moment, and of no other."""

import dataclasses
import itertools

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from appliance.config.schema import MomentSettings, RuleSettings, Who
from appliance.line.stage import Replaceable
from appliance.pipeline.choose.chooser import Chooser
from appliance.pipeline.choose.quality import marks, rate
from appliance.pipeline.decide.decider import Decider
from appliance.pipeline.decide.sensitivity import level_of
from appliance.records.decision import Command, Decision
from appliance.records.faces import People
from appliance.records.frame import Colour, Picture
from tests.support.strategies import people

STEP = 1 / 30
RULE = RuleSettings(smoothing_seconds=0, cooldown_seconds=1, hold_seconds=0.25)
NOISE = np.random.default_rng(1).integers(0, 255, (48, 64), np.uint8)
BLURRED = np.asarray(cv2.GaussianBlur(NOISE, (0, 0), 2), np.uint8)


def looking(one: People, grey: Colour, held: int = 0) -> People:
    """The same people in a frame with these pixels."""
    frame = one.frame
    picture = Picture(width=64, height=48, convert=frame.picture.convert, held=held)
    sequence = round(frame.captured_at / STEP)
    new = dataclasses.replace(frame, sequence=sequence, grey=grey, picture=picture)
    return dataclasses.replace(one, frame=new)


def play(
    scores: list[float],
    moment: MomentSettings | None = None,
    greys: list[Colour] | None = None,
    held: int = 0,
    blinks: tuple[int, ...] = (),
    rule: RuleSettings = RULE,
) -> tuple[list[Decision], list[Decision]]:
    """Every decision and every chosen one; ``blinks``: frames in which somebody's eyes are closed."""
    decider = Decider(rule)
    chooser = Chooser(
        moment or MomentSettings(),
        lambda decisions: [decision.frame.sequence not in blinks for decision in decisions],
    )
    decisions, chosen = [], []
    for i, score in enumerate(scores):
        grey = greys[i] if greys else NOISE
        decisions.append(decider.decide(looking(people(i * STEP, {1: score}), grey, held)))
        chosen += chooser.process(decisions[-1])
    return decisions, [*chosen, *chooser.flush()]


def frames(chosen: list[Decision]) -> list[int]:
    return [decision.frame.sequence for decision in chosen]


def test_the_frame_with_the_highest_lowest_face_is_kept() -> None:
    scores = [0.1] * 5 + [0.7] * 5 + [0.99] + [0.7] * 20
    assert frames(play(scores)[1]) == [10]


def test_a_frame_in_which_somebody_shows_it_only_by_hysteresis_is_never_kept() -> None:
    level = level_of(("happy",), "normal")
    shown, faint = level.shows + 0.01, (level.shows + level.stops) / 2
    sharp_but_wavering = [0.1] * 5 + [shown] + [faint] * 8 + [shown] + [faint] * 20
    greys = [NOISE if score < level.shows else BLURRED for score in sharp_but_wavering]
    assert set(frames(play(sharp_but_wavering, greys=greys)[1])) <= {5, 14}


def test_a_better_frame_after_the_decision_is_kept_too() -> None:
    scores = [0.1] * 5 + [0.7] * 12 + [0.99] + [0.7] * 20
    decisions, chosen = play(scores)
    assert frames(chosen) == [17]
    assert next(d.frame.sequence for d in decisions if d.take_photo) < 17


def test_of_equal_faces_the_sharpest_frame_is_kept() -> None:
    greys = [BLURRED] * 40
    greys[9] = NOISE
    greys[8] = NOISE  # both still and sharp only in frame 9
    assert frames(play([0.1] * 4 + [0.9] * 36, greys=greys)[1]) == [9]


def test_a_frame_in_which_somebody_blinks_is_passed_over() -> None:
    scores = [0.1] * 5 + [0.7] * 5 + [0.99] + [0.8] + [0.7] * 20
    assert frames(play(scores, blinks=(10,))[1]) == [11]
    assert frames(play(scores, MomentSettings(eyes_open=False), blinks=(10,))[1]) == [10]


def test_if_somebody_blinks_in_every_frame_there_is_still_a_photo() -> None:
    assert len(play([0.9] * 30, blinks=tuple(range(30)))[1]) == 1


def test_a_burst_keeps_the_best_ones() -> None:
    scores = [0.1] * 5 + [0.7] * 5 + [0.99, 0.98, 0.97] + [0.7] * 20
    assert frames(play(scores, MomentSettings(burst=3))[1]) == [10, 11, 12]


def test_of_frames_that_do_not_differ_the_one_of_the_decision_is_kept() -> None:
    decisions, chosen = play([0.9] * 40)
    assert frames(chosen) == [next(d.frame.sequence for d in decisions if d.take_photo)]


def test_the_moment_ends_when_somebody_stops_and_the_photo_is_from_before() -> None:
    scores = [0.1] * 5 + [0.9] * 9 + [0.1] * 30
    (photo,) = play(scores)[1]
    assert 5 <= photo.frame.sequence < 14


def test_a_photo_asked_for_is_the_frame_of_that_moment() -> None:
    decider, chooser = Decider(RULE), Chooser(MomentSettings())
    decider.command(Command.SHOOT)
    chosen = chooser.process(decider.decide(looking(people(0, {1: 0.0}), NOISE)))
    assert chosen is not None
    assert [d.asked for d in chosen] == [True]


def test_memory_is_bounded_and_the_worst_frame_goes_first() -> None:
    scores = [0.99] + [0.7] * 40
    _, chosen = play(scores, MomentSettings(memory_mb=1, before_seconds=5), held=400_000)
    assert frames(chosen) == [0]


def test_a_photo_decided_in_the_last_frame_of_all_is_kept() -> None:
    decisions, chosen = play([0.9] * 9)
    assert sum(d.take_photo for d in decisions) == 1
    assert len(chosen) == 1


scores = st.lists(st.tuples(st.floats(0, 1), st.integers(1, 15)), max_size=20)


@given(scores, st.integers(1, 3), st.floats(0, 0.6), st.floats(0, 0.6), st.integers(1, 12))
def test_whatever_happens_every_trigger_gives_photos_of_its_own_episode_and_the_best_of_them(
    script: list[tuple[float, int]], burst: int, before: float, after: float, memory: int
) -> None:
    faces = [score for score, repeats in script for _ in range(repeats)]
    moment = MomentSettings(burst=burst, before_seconds=before, after_seconds=after, memory_mb=memory)
    decisions, chosen = play(faces, moment, held=1_000_000)
    triggers = [d for d in decisions if d.take_photo]
    groups = [list(group) for _, group in itertools.groupby(chosen, key=lambda d: d.episode)]
    assert {group[0].episode for group in groups} == {d.episode for d in triggers}
    assert len(triggers) <= len(chosen) <= burst * len(triggers)
    for photo in chosen:
        assert photo.all_show
        assert all(one.in_frame for one in photo.people)
    if len(triggers) == 1 and burst == 1 and moment.memory_mb > 40 * (before + after):
        at, window = triggers[0].frame.captured_at, []
        for d in decisions:
            in_time = at - before <= d.frame.captured_at <= at + after
            if d.episode == triggers[0].episode and in_time:
                window.append(d)
        best = max(rate([marks(d, NOISE) for d in window]))
        assert rate([marks(d, NOISE) for d in [*window, chosen[0]]])[-1] >= best - 1e-6


def test_what_waits_for_the_choice_is_the_full_picture_and_no_more_colours() -> None:
    """Ten waiting frames of a Pi camera would hold 7 MB of them."""
    _, chosen = play([0.1] * 5 + [0.99] * 20)
    (photo,) = chosen
    assert photo.frame.colour.nbytes == 0
    assert (photo.frame.picture.width, photo.frame.picture.height) == (64, 48)
    assert photo.frame.picture_scale == (1, 1)


def blurred(sigma: float) -> Colour:
    return np.asarray(cv2.GaussianBlur(NOISE, (0, 0), sigma), np.uint8)


def test_a_blink_of_a_third_of_a_second_is_not_kept_though_its_frames_are_the_sharpest() -> None:
    blink = tuple(range(4, 14))
    greys = [NOISE if i in blink else blurred(0.8) for i in range(40)]
    roomy = MomentSettings(memory_mb=400)
    assert not set(frames(play([0.99] * 40, roomy, greys, blinks=blink)[1])) & set(blink)


def test_where_memory_holds_few_frames_they_are_not_all_of_one_blink() -> None:
    blink = tuple(range(4, 13))
    greys = [NOISE if i in blink else blurred(0.8) for i in range(40)]
    four = MomentSettings(memory_mb=20)
    assert not set(frames(play([0.99] * 40, four, greys, held=4_500_000, blinks=blink)[1])) & set(blink)


def test_no_frame_is_kept_in_which_somebody_may_have_come_in_unseen() -> None:
    """The whole picture is searched in every third frame; the newcomer of frame 13 is found in frame 15."""
    chooser, decider = Chooser(MomentSettings()), Decider(RULE)
    chosen: list[Decision] = []
    for i in range(30):
        sharp = NOISE if i in {13, 14} else BLURRED
        scene = looking(people(i * STEP, {1: 0.99}, newcomers=int(i >= 15)), sharp)
        searched = dataclasses.replace(scene.frame, seen_until=(i - i % 3) * STEP)
        chosen += chooser.process(decider.decide(dataclasses.replace(scene, frame=searched)))
    assert frames([*chosen, *chooser.flush()])[0] <= 12


def test_where_two_are_enough_the_frame_in_which_all_three_smile_is_kept() -> None:
    rule = RULE.model_copy(update={"who": Who(at_least=2)})
    chooser, decider = Chooser(MomentSettings()), Decider(rule)
    chosen: list[Decision] = []
    for i in range(30):
        scene = people(i * STEP, {1: 0.99, 2: 0.99, 3: 0.8 if i < 8 else 0.05})
        chosen += chooser.process(decider.decide(looking(scene, NOISE)))
    assert frames([*chosen, *chooser.flush()])[0] < 8


def test_a_wrapped_chooser_keeps_the_photo_of_a_moment_in_which_the_camera_stalls() -> None:
    decider, chooser = Decider(RULE), Replaceable(Chooser(MomentSettings()))
    decisions = [decider.decide(looking(people(i * STEP, {1: 0.99}), NOISE)) for i in range(30)]
    taken = next(i for i, decision in enumerate(decisions) if decision.take_photo)
    assert [photo for decision in decisions[: taken + 1] for photo in chooser.process(decision)] == []
    assert [decision.take_photo for decision in chooser.flush()] == [True]
    assert list(chooser.flush()) == []
    assert chooser.is_precious(decisions[taken])
    assert not chooser.is_precious(decisions[0])
