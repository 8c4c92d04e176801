"""The rule, in the words of the person in front of the box."""

import dataclasses
import itertools

from appliance.config.schema import RuleSettings
from appliance.pipeline.decide.decider import Decider
from appliance.records.decision import Command, Reason, ReasonKind
from appliance.records.faces import JudgedFace, People, Person
from appliance.records.labels import LABELS
from tests.support.rule import GRIN, LEVEL, SAD, SMILE, STEP, not_everybody, photos, play
from tests.support.strategies import face, frame, people


def test_everybody_smiling_for_long_enough_gives_one_photo() -> None:
    decisions = play(Decider(RuleSettings()), [{1: SMILE, 2: SMILE, 3: SMILE}] * 30)
    assert photos(decisions) == 1
    first = next(d for d in decisions if d.take_photo)
    assert 0.35 <= first.frame.captured_at <= 0.4


def test_one_sad_face_among_ten_blocks_the_photo() -> None:
    group = dict.fromkeys(range(9), GRIN) | {9: SAD}
    assert photos(play(Decider(RuleSettings()), [group] * 120)) == 0


def test_somebody_walking_in_blocks_until_they_smile_too() -> None:
    decider = Decider(RuleSettings(cooldown_seconds=0))
    assert photos(play(decider, [{1: SMILE}] * 7)) == 0
    arrival = [decider.decide(people(0.25 + i * STEP, {1: SMILE}, newcomers=1)) for i in range(3)]
    assert photos(arrival) == 0
    assert photos(play(decider, [{1: SMILE, 2: SAD}] * 60, start=0.45)) == 0
    assert photos(play(decider, [{1: SMILE, 2: SMILE}] * 40, start=2.5)) >= 1


def test_a_person_who_leaves_no_longer_blocks() -> None:
    decider = Decider(RuleSettings())
    assert photos(play(decider, [{1: SMILE, 2: SAD}] * 30)) == 0
    assert photos(play(decider, [{1: SMILE}] * 30, start=1.0)) == 1


def test_the_cooldown_keeps_photos_apart() -> None:
    decisions = play(Decider(RuleSettings(cooldown_seconds=2.0, new_scene=False)), [{1: GRIN}] * 300)
    times = [d.frame.captured_at for d in decisions if d.take_photo]
    assert len(times) >= 3
    assert all(b - a >= 2.0 for a, b in itertools.pairwise(times))


def test_a_photo_asked_for_while_the_camera_was_away_is_not_taken_when_it_comes_back() -> None:
    decider = Decider(RuleSettings())
    play(decider, [{1: SAD}] * 5)
    decider.command(Command.SHOOT)
    assert photos(play(decider, [{1: SAD}] * 5, start=8.0)) == 0
    decider.command(Command.SHOOT)
    assert photos(play(decider, [{1: SAD}] * 5, start=8.2)) == 1


def test_a_new_rule_is_not_lost_among_many_presses() -> None:
    decider = Decider(RuleSettings(mode="button"))
    decider.use(RuleSettings())
    for _ in range(40):
        decider.command(Command.ARM)
    assert decider.decide(people(0.0, {1: SAD})).armed


def test_somebody_who_asks_why_nothing_happens_is_told_that_it_is_disarmed() -> None:
    decisions = play(Decider(RuleSettings(mode="button")), [{1: GRIN}] * 30)
    assert {d.reason for d in decisions[5:]} == {Reason(kind=ReasonKind.DISARMED)}
    assert play(Decider(RuleSettings(mode="button")), [{1: SAD}] * 5)[-1].reason == not_everybody(0, of=1)


def test_surprise_can_be_asked_for_instead() -> None:
    decider = Decider(RuleSettings(expression=("surprise",)))
    assert photos(play(decider, [{1: GRIN}] * 60)) == 0


def test_any_of_a_list_of_expressions_will_do_and_each_person_has_their_own() -> None:
    happy, surprised, both, neutral = (
        dataclasses.replace(face(0.0), scores=dict.fromkeys(LABELS, 0.0) | scores)
        for scores in ({"happy": 0.9}, {"surprise": 0.9}, {"happy": 0.5, "surprise": 0.4}, {"neutral": 0.9})
    )

    def taken(expression: tuple[str, ...], *faces: JudgedFace) -> int:
        persons = tuple(Person(number=n, face=one, seen=True) for n, one in enumerate(faces))
        decider = Decider(RuleSettings(expression=expression))
        scenes = [People(frame=frame(i * STEP), persons=persons) for i in range(30)]
        return photos([decider.decide(scene) for scene in scenes])

    assert taken(("happy", "surprise"), happy, surprised, both) == 1
    assert taken(("happy", "surprise"), happy, surprised, neutral) == 0
    assert taken(("happy",), happy, surprised) == 0
    assert taken(("happy",), both) == 0


def test_a_photo_asked_for_is_taken_whatever_the_faces_do() -> None:
    decider = Decider(RuleSettings(mode="button"))
    decider.command(Command.SHOOT)
    first, second = play(decider, [{1: SAD}] * 2)
    assert first.take_photo
    assert first.asked
    assert not second.take_photo


def test_a_new_rule_applies_from_the_next_frame_on() -> None:
    decider = Decider(RuleSettings())
    play(decider, [{1: SAD}] * 10)
    decider.use(RuleSettings(expression=("neutral",)))
    assert photos(play(decider, [{1: SAD}] * 30, start=1)) == 1


def test_time_that_goes_back_leaves_no_state_that_cannot_be_left() -> None:
    decider = Decider(RuleSettings())
    assert photos(play(decider, [{1: GRIN}] * 30, start=1000)) == 1
    assert photos(play(decider, [{1: GRIN}] * 30, start=0)) == 1


def test_twenty_people_are_twenty_people() -> None:
    group = dict.fromkeys(range(20), GRIN)
    assert photos(play(Decider(RuleSettings()), [group] * 30)) == 1
    assert photos(play(Decider(RuleSettings()), [group | {7: SAD}] * 60)) == 0


def test_the_level_climbs_with_the_lowest_face() -> None:
    rule = RuleSettings(smoothing_seconds=0)
    scores = (0.0, LEVEL.shows / 2, LEVEL.shows, 0.99)
    levels = [d.level for d in play(Decider(rule), [{1: GRIN, 2: score} for score in scores])]
    assert levels == [0.0, 0.5, 1.0, 1.0]


def test_a_frame_in_which_somebody_was_not_judged_is_not_the_photo() -> None:
    scene = people(0.0, {1: GRIN, 2: GRIN})
    stale = dataclasses.replace(
        scene.persons[1], face=dataclasses.replace(scene.persons[1].face, fresh=False)
    )
    decider = Decider(RuleSettings())
    decisions = [
        decider.decide(
            dataclasses.replace(
                scene,
                frame=people(i * STEP, {}).frame,
                persons=(scene.persons[0], stale if i < 40 else scene.persons[1]),
            )
        )
        for i in range(60)
    ]
    assert [i for i, decision in enumerate(decisions) if decision.take_photo] == [40]
    assert not any(decision.keepable for decision in decisions[:40])
    assert decisions[39].lacking == 0


def test_how_many_more_must_show_it_is_told() -> None:
    decider = Decider(RuleSettings(smoothing_seconds=0))
    scenes: list[dict[int, float | None]] = [{1: SAD, 2: SAD}, {1: GRIN, 2: SAD}, {1: GRIN, 2: None}, {}]
    assert [decision.lacking for decision in play(decider, scenes)] == [2, 1, 1, 1]
