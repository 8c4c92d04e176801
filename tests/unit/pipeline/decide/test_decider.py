"""The rule, in the words of the person in front of the box."""

import dataclasses
import itertools

from appliance.config.schema import Rule, Who
from appliance.light.states import State
from appliance.pipeline.decide.decider import Decider
from appliance.pipeline.decide.light_state import PHOTO_LIGHT_SECONDS
from appliance.pipeline.decide.sensitivity import level_of
from appliance.records.decision import Command, Reason, ReasonKind
from appliance.records.faces import JudgedFace, People, Person
from appliance.records.labels import LABELS
from tests.support.rule import GRIN, SAD, SMILE, STEP, photos, play
from tests.support.strategies import face, frame, people

LEVEL = level_of(("happy",), "normal")
FAINT = (LEVEL.shows + LEVEL.stops) / 2
"""Enough to go on smiling, not to begin."""


def not_everybody(showing: int, of: int) -> Reason:
    return Reason(kind=ReasonKind.NOT_EVERYBODY, people=of, showing=showing, needed=of)


def test_everybody_smiling_for_long_enough_gives_one_photo() -> None:
    decisions = play(Decider(Rule()), [{1: SMILE, 2: SMILE, 3: SMILE}] * 30)
    assert photos(decisions) == 1
    first = next(d for d in decisions if d.take_photo)
    assert 0.35 <= first.frame.captured_at <= 0.4


def test_one_sad_face_among_ten_blocks_the_photo() -> None:
    group = dict.fromkeys(range(9), GRIN) | {9: SAD}
    assert photos(play(Decider(Rule()), [group] * 120)) == 0


def test_a_smile_shorter_than_the_hold_is_not_taken() -> None:
    scenes = [{1: SAD}] * 10 + [{1: SMILE}] * 7 + [{1: SAD}] * 30
    assert photos(play(Decider(Rule()), scenes)) == 0


def test_a_face_missed_for_a_moment_blocks_but_need_not_start_over() -> None:
    scenes = [{1: SMILE, 2: SMILE}] * 6 + [{1: SMILE, 2: None}] * 4 + [{1: SMILE, 2: SMILE}] * 4
    decisions = play(Decider(Rule()), scenes)
    assert not any(d.take_photo for d in decisions[6:10])
    assert photos(decisions) == 1


def test_the_hold_counts_from_the_first_smile_and_smoothing_costs_no_time() -> None:
    decisions = play(Decider(Rule()), [{1: GRIN, 2: SAD}] * 30 + [{1: GRIN, 2: SMILE}] * 30)
    (taken,) = [d.frame.captured_at for d in decisions if d.take_photo]
    assert 0.35 <= taken - 30 * STEP <= 0.35 + STEP


def test_a_single_frame_that_looks_like_a_smile_starts_no_hold() -> None:
    scenes = [{1: SAD}] * 30 + [{1: SMILE}] + [{1: FAINT}] * 15 + [{1: SMILE}] * 30
    (taken,) = [d.frame.captured_at for d in play(Decider(Rule()), scenes) if d.take_photo]
    assert taken - 46 * STEP >= 0.35


def test_who_only_goes_on_by_hysteresis_holds_but_is_not_photographed() -> None:
    scenes = [{1: GRIN, 2: SMILE}] * 6 + [{1: GRIN, 2: FAINT}] * 20 + [{1: GRIN, 2: SMILE}]
    decisions = play(Decider(Rule(smoothing_seconds=0)), scenes)
    assert [d.take_photo for d in decisions] == [False] * 26 + [True]
    assert all(d.all_show for d in decisions)
    assert {d.reason for d in decisions[6:26]} == {Reason(kind=ReasonKind.NOT_PLAINLY, showing=1, needed=2)}


def test_nobody_holds_still_for_long_for_somebody_who_stays_a_little_short() -> None:
    scenes = [{1: GRIN, 2: SMILE}] * 6 + [{1: GRIN, 2: FAINT}] * 30 + [{1: GRIN, 2: SMILE}]
    lights = [d.light for d in play(Decider(Rule(smoothing_seconds=0)), scenes)]
    assert set(lights[:20]) == {State.ALL}
    assert set(lights[22:36]) == {State.WAITING}
    assert lights[36] is not State.WAITING


def test_a_photo_right_after_a_gap_of_five_seconds_needs_the_whole_hold_again() -> None:
    decider = Decider(Rule())
    play(decider, [{1: GRIN, 2: GRIN}] * 9)
    decisions = play(decider, [{1: GRIN, 2: GRIN}] * 30, start=5.3)
    (taken,) = [d.frame.captured_at for d in decisions if d.take_photo]
    assert taken >= 5.3 + 0.35


def test_somebody_who_enters_during_the_hold_starts_it_over() -> None:
    decisions = play(Decider(Rule()), [{1: GRIN}] * 9 + [{1: GRIN, 2: GRIN}] * 30)
    (taken,) = [d.frame.captured_at for d in decisions if d.take_photo]
    assert taken >= 9 * STEP + 0.35


def test_somebody_walking_in_blocks_until_they_smile_too() -> None:
    decider = Decider(Rule(cooldown_seconds=0))
    assert photos(play(decider, [{1: SMILE}] * 7)) == 0
    arrival = [decider.decide(people(0.25 + i * STEP, {1: SMILE}, newcomers=1)) for i in range(3)]
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
    decisions = play(Decider(Rule(cooldown_seconds=2.0, new_scene=False)), [{1: GRIN}] * 300)
    times = [d.frame.captured_at for d in decisions if d.take_photo]
    assert len(times) >= 3
    assert all(b - a >= 2.0 for a, b in itertools.pairwise(times))


def test_a_press_disarms_and_another_arms_again() -> None:
    decider = Decider(Rule())
    decider.command(Command.TOGGLE)
    assert photos(play(decider, [{1: GRIN}] * 60)) == 0
    assert decider.decide(people(2.0, {1: GRIN})).light is State.DISARMED
    decider.command(Command.TOGGLE)
    assert photos(play(decider, [{1: GRIN}] * 60, start=2.1)) == 1


def test_whoever_disarms_and_arms_again_at_once_is_told_of_a_photo_once() -> None:
    decider = Decider(Rule())
    lights = [d.light for d in play(decider, [{1: GRIN}] * 12)]
    assert lights[-1] is State.PHOTO
    decider.command(Command.TOGGLE)
    assert decider.decide(people(12 * STEP, {1: GRIN})).light is State.DISARMED
    decider.command(Command.TOGGLE)
    assert decider.decide(people(13 * STEP, {1: GRIN})).light is State.ARMED  # it is cooling down


def test_nobody_holds_still_and_no_lamp_burns_for_a_photo_that_is_there_already() -> None:
    goes_on, stops, again = [{1: GRIN}] * 60, [{1: SAD}] * 20, [{1: GRIN}] * 6
    decisions = play(Decider(Rule(cooldown_seconds=1)), goes_on + stops + again)
    taken = next(i for i, d in enumerate(decisions) if d.take_photo)
    said = round((PHOTO_LIGHT_SECONDS + 0.05) / STEP)
    assert {d.light for d in decisions[taken : taken + said - 3]} == {State.PHOTO}
    assert {d.light for d in decisions[taken + said : 60]} == {State.ARMED}
    assert decisions[79].light is State.WAITING
    assert decisions[-1].light is State.ALL


def test_nobody_holds_still_for_a_photo_that_the_cooldown_does_not_let_come_yet() -> None:
    rule = Rule(cooldown_seconds=2, new_scene=False)
    decisions = play(Decider(rule), [{1: GRIN}] * 90)
    first, second = (i for i, d in enumerate(decisions) if d.take_photo)
    said, before = round(PHOTO_LIGHT_SECONDS / STEP) + 1, round(rule.hold_seconds / STEP) + 1
    assert {d.light for d in decisions[first + said : second - before]} == {State.ARMED}
    assert {d.light for d in decisions[second - before + 2 : second]} == {State.ALL}


def test_a_photo_asked_for_while_the_camera_was_away_is_not_taken_when_it_comes_back() -> None:
    decider = Decider(Rule())
    play(decider, [{1: SAD}] * 5)
    decider.command(Command.SHOOT)
    assert photos(play(decider, [{1: SAD}] * 5, start=8.0)) == 0
    decider.command(Command.SHOOT)
    assert photos(play(decider, [{1: SAD}] * 5, start=8.2)) == 1


def test_where_others_are_enough_somebody_who_stops_and_smiles_again_is_a_new_scene() -> None:
    rule = Rule(who=Who(at_least=1), cooldown_seconds=0.5)
    goes_on, one_stops = [{1: GRIN, 2: GRIN}] * 60, [{1: GRIN, 2: SAD}] * 30
    decider = Decider(rule)
    assert photos(play(decider, goes_on)) == 1
    assert photos(play(decider, [*one_stops, *goes_on], start=2.0)) == 1


def test_somebody_who_does_not_count_makes_no_new_scene() -> None:
    decider = Decider(Rule(cooldown_seconds=0.5))

    def scene(i: int) -> People:
        one = people(i * STEP, {1: GRIN, 2: GRIN if i < 30 else SAD})
        behind = dataclasses.replace(one.persons[1], counts=False)
        return dataclasses.replace(one, persons=(one.persons[0], behind))

    assert photos([decider.decide(scene(i)) for i in range(90)]) == 1


def test_a_new_rule_is_not_lost_among_many_presses() -> None:
    decider = Decider(Rule(mode="button"))
    decider.use(Rule())
    for _ in range(40):
        decider.command(Command.ARM)
    assert decider.decide(people(0.0, {1: SAD})).armed


def test_somebody_who_asks_why_nothing_happens_is_told_that_it_is_disarmed() -> None:
    decisions = play(Decider(Rule(mode="button")), [{1: GRIN}] * 30)
    assert {d.reason for d in decisions[5:]} == {Reason(kind=ReasonKind.DISARMED)}
    assert play(Decider(Rule(mode="button")), [{1: SAD}] * 5)[-1].reason == not_everybody(0, of=1)


def test_with_only_a_poster_in_view_the_light_waits_for_nobody() -> None:
    scene = people(0.0, {1: SAD})
    poster = dataclasses.replace(scene.persons[0], counts=False)
    assert Decider(Rule()).decide(dataclasses.replace(scene, persons=(poster,))).light is State.ARMED


def test_in_button_mode_nothing_happens_before_the_first_press() -> None:
    decider = Decider(Rule(mode="button"))
    assert photos(play(decider, [{1: GRIN}] * 60)) == 0
    decider.command(Command.TOGGLE)
    assert photos(play(decider, [{1: GRIN}] * 60, start=3.0)) == 1


def test_after_a_long_gap_between_frames_everybody_starts_over() -> None:
    decider = Decider(Rule())
    play(decider, [{1: GRIN}] * 5)
    assert not decider.decide(people(10.0, {1: GRIN})).take_photo


def test_surprise_can_be_asked_for_instead() -> None:
    decider = Decider(Rule(expression=("surprise",)))
    assert photos(play(decider, [{1: GRIN}] * 60)) == 0


def test_any_of_a_list_of_expressions_will_do_and_each_person_has_their_own() -> None:
    happy, surprised, both, neutral = (
        dataclasses.replace(face(0.0), scores=dict.fromkeys(LABELS, 0.0) | scores)
        for scores in ({"happy": 0.9}, {"surprise": 0.9}, {"happy": 0.5, "surprise": 0.4}, {"neutral": 0.9})
    )

    def taken(expression: tuple[str, ...], *faces: JudgedFace) -> int:
        persons = tuple(
            Person(number=n, face=one, seen=True, first_seen_at=0.0) for n, one in enumerate(faces)
        )
        decider = Decider(Rule(expression=expression))
        scenes = [People(frame=frame(i * STEP), persons=persons) for i in range(30)]
        return photos([decider.decide(scene) for scene in scenes])

    assert taken(("happy", "surprise"), happy, surprised, both) == 1
    assert taken(("happy", "surprise"), happy, surprised, neutral) == 0
    assert taken(("happy",), happy, surprised) == 0
    assert taken(("happy",), both) == 0


def test_the_light_says_who_is_missing() -> None:
    decider = Decider(Rule())
    assert decider.decide(people(0.0, {})).light is State.ARMED
    waiting = decider.decide(people(STEP, {1: GRIN, 2: SAD}))
    assert waiting.light is State.WAITING
    assert waiting.reason == not_everybody(1, of=2)
    assert decider.decide(people(2 * STEP, {1: GRIN})).light is State.ALL


def test_at_least_two_of_three_are_enough_and_one_is_not() -> None:
    rule = Rule(who=Who(at_least=2))
    assert photos(play(Decider(rule), [{1: SMILE, 2: SMILE, 3: SAD}] * 30)) == 1
    assert photos(play(Decider(rule), [{1: SMILE, 2: SAD, 3: SAD}] * 30)) == 0
    lacking = Reason(kind=ReasonKind.NOT_ENOUGH, people=2, showing=1, needed=2)
    assert play(Decider(rule), [{1: SMILE, 2: SAD}])[0].reason == lacking


def test_a_share_of_the_people_is_rounded_up() -> None:
    rule = Rule(who=Who(share=0.8))
    four, five = (dict.fromkeys(range(count), SMILE) for count in (4, 5))
    assert photos(play(Decider(rule), [four | {4: SAD}] * 30)) == 1
    assert photos(play(Decider(rule), [five | {4: SAD, 3: SAD}] * 30)) == 0
    assert (
        photos(play(Decider(Rule(who=Who(share=0.6))), [{1: SMILE, 2: SMILE, 3: SMILE, 4: SAD, 5: SAD}] * 30))
        == 1
    )


def test_more_people_than_wanted_take_no_photo() -> None:
    decisions = play(Decider(Rule(max_faces=2)), [{1: SMILE, 2: SMILE, 3: SMILE}] * 30)
    assert photos(decisions) == 0
    assert decisions[-1].reason == Reason(kind=ReasonKind.TOO_MANY, people=3, needed=2)


def test_ten_frames_can_be_asked_for_instead_of_seconds() -> None:
    decisions = play(Decider(Rule(hold_frames=10, hold_seconds=0)), [{1: GRIN}] * 30)
    assert [d.take_photo for d in decisions].index(True) == 9


def test_a_crowd_that_goes_on_smiling_and_stands_still_is_taken_once() -> None:
    rule = Rule(cooldown_seconds=1)
    decider = Decider(rule)
    assert photos(play(decider, [{1: GRIN, 2: GRIN}] * 300)) == 1
    again = decider.decide(people(10, {1: GRIN, 2: GRIN}))
    assert again.reason == Reason(kind=ReasonKind.SAME_SCENE)


def test_the_same_crowd_is_taken_again_after_somebody_stopped_smiling_left_or_came() -> None:
    for change in ({1: GRIN, 2: SAD}, {1: GRIN}, {1: GRIN, 2: GRIN, 3: GRIN}):
        decider = Decider(Rule(cooldown_seconds=1))
        both = {1: GRIN, 2: GRIN}
        assert photos(play(decider, [both] * 60 + [change] * 6 + [both] * 60)) == 1
        assert photos(play(Decider(Rule(cooldown_seconds=1)), [both] * 60 + [change] * 20 + [both] * 60)) >= 2


def test_the_same_crowd_is_taken_again_after_somebody_moved() -> None:
    decider = Decider(Rule(cooldown_seconds=1))
    assert photos(play(decider, [{1: GRIN}] * 60)) == 1
    moved = [decider.decide(people(2 + i * STEP, {1: GRIN}, x=35.0)) for i in range(30)]
    assert photos(moved) == 1


def test_a_photo_asked_for_is_taken_whatever_the_faces_do() -> None:
    decider = Decider(Rule(mode="button"))
    decider.command(Command.SHOOT)
    first, second = play(decider, [{1: SAD}] * 2)
    assert first.take_photo
    assert first.asked
    assert not second.take_photo


def test_after_so_many_photos_it_is_disarmed_until_the_next_press() -> None:
    decider = Decider(Rule(mode="button", shots_per_arming=2, cooldown_seconds=1, new_scene=False))
    decider.command(Command.TOGGLE)
    assert photos(play(decider, [{1: GRIN}] * 300)) == 2
    assert not decider.armed
    decider.command(Command.TOGGLE)
    assert photos(play(decider, [{1: GRIN}] * 300, start=10)) == 2


def test_when_nothing_comes_of_it_it_is_disarmed_after_some_minutes() -> None:
    decider = Decider(Rule(mode="button", disarm_after_minutes=1))
    decider.command(Command.TOGGLE)
    decider.decide(people(0, {}))
    assert decider.decide(people(59, {})).armed
    assert not decider.decide(people(60, {})).armed


def test_a_new_rule_applies_from_the_next_frame_on() -> None:
    decider = Decider(Rule())
    play(decider, [{1: SAD}] * 10)
    decider.use(Rule(expression=("neutral",)))
    assert photos(play(decider, [{1: SAD}] * 30, start=1)) == 1


def test_time_that_goes_back_in_mid_hold_starts_it_over() -> None:
    decider = Decider(Rule())
    play(decider, [{1: GRIN}] * 6, start=1000)
    (taken,) = [d.frame.captured_at for d in play(decider, [{1: GRIN}] * 30) if d.take_photo]
    assert 0.35 <= taken <= 0.35 + STEP


def test_time_that_goes_back_leaves_no_state_that_cannot_be_left() -> None:
    decider = Decider(Rule())
    assert photos(play(decider, [{1: GRIN}] * 30, start=1000)) == 1
    assert photos(play(decider, [{1: GRIN}] * 30, start=0)) == 1


def test_faces_that_take_turns_are_never_all_showing_it() -> None:
    turns = [{1: GRIN, 2: SAD}] * 5 + [{1: SAD, 2: GRIN}] * 5
    assert photos(play(Decider(Rule()), turns * 30)) == 0


def test_twenty_people_are_twenty_people() -> None:
    group = dict.fromkeys(range(20), GRIN)
    assert photos(play(Decider(Rule()), [group] * 30)) == 1
    assert photos(play(Decider(Rule()), [group | {7: SAD}] * 60)) == 0


def test_the_level_climbs_with_the_lowest_face() -> None:
    rule = Rule(smoothing_seconds=0)
    scores = (0.0, LEVEL.shows / 2, LEVEL.shows, 0.99)
    levels = [d.level for d in play(Decider(rule), [{1: GRIN, 2: score} for score in scores])]
    assert levels == [0.0, 0.5, 1.0, 1.0]
