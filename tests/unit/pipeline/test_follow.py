"""Following people: the same person keeps the same number."""

from dataclasses import replace

from appliance.config.schema import PeopleSettings
from appliance.pipeline.follow import LARGE_ENOUGH, TOO_SMALL, Follower
from appliance.records.faces import JudgedFace, People
from appliance.records.frame import Box
from tests.support.strategies import face, judged

STEP = 1 / 15


def follow(follower: Follower, frames: list[list[JudgedFace]], start: float = 0.0) -> list[People]:
    return [follower.follow(judged(start + i * STEP, *faces)) for i, faces in enumerate(frames)]


def numbers(people: People) -> list[int]:
    return [person.number for person in people.persons]


def test_somebody_standing_still_is_one_person() -> None:
    result = follow(Follower(PeopleSettings()), [[face(0.5, x=100 + i % 3)] for i in range(20)])
    assert {tuple(numbers(p)) for p in result[2:]} == {(1,)}


def test_a_box_that_flickers_up_once_is_nobody_but_holds_up_the_photo_meanwhile() -> None:
    frames = [[face(0.9)]] * 5 + [[face(0.9), face(0.1, x=300)]] + [[face(0.9)]] * 10
    result = follow(Follower(PeopleSettings()), frames)
    assert all(len(p.persons) <= 1 for p in result)
    assert result[5].newcomers == 1
    assert result[9].newcomers == 0


def test_a_face_missed_for_a_moment_is_still_there_and_the_same() -> None:
    result = follow(Follower(PeopleSettings()), [[face(0.9)]] * 5 + [[]] * 5 + [[face(0.9)]] * 3)
    assert numbers(result[7]) == [1]
    assert not result[7].persons[0].seen
    assert result[7].persons[0].missing_for > 0
    assert numbers(result[-1]) == [1]
    assert result[-1].persons[0].seen


def test_somebody_who_left_is_released_after_the_grace_time() -> None:
    result = follow(Follower(PeopleSettings()), [[face(0.9)]] * 5 + [[]] * 20)
    assert numbers(result[4 + 12]) == [1]
    assert numbers(result[4 + 13]) == []


def test_when_the_camera_s_time_goes_back_nobody_stays_who_has_left() -> None:
    follower = Follower(PeopleSettings())
    follow(follower, [[face(0.9), face(0.9, x=300)]] * 5, start=100.0)
    assert len(follow(follower, [[face(0.9)]] * 5)[-1].persons) == 1


def test_somebody_coming_in_is_waited_for_though_missed_in_a_frame() -> None:
    follower, both = Follower(PeopleSettings()), [face(0.9), face(0.1, x=300)]
    scenes = [both[:1]] * 3 + [both, both[:1], both]
    coming = [follower.follow(judged(i / 6, *faces)) for i, faces in enumerate(scenes)]
    assert [p.newcomers for p in coming[3:]] == [1, 1, 1]


def test_a_head_that_jerks_aside_or_a_cut_in_a_recording_makes_no_second_person() -> None:
    for after in (face(0.9, x=160), face(0.9, x=75, y=-15, size=90)):
        result = follow(Follower(PeopleSettings()), [[face(0.9, x=100)]] * 5 + [[after]] * 5)
        assert {tuple(numbers(p)) for p in result[2:]} == {(1,)}
        assert all(p.persons[0].counts and not p.newcomers for p in result[5:])


def test_a_newcomer_beside_somebody_who_is_seen_is_another_person() -> None:
    frames = [[face(0.9, x=100)]] * 5 + [[face(0.9, x=100), face(0.9, x=160)]] * 5
    assert numbers(follow(Follower(PeopleSettings()), frames)[-1]) == [1, 2]


def test_two_people_crossing_keep_their_numbers() -> None:
    frames = [[face(0.9, x=100 + 8 * i, y=100), face(0.1, x=340 - 8 * i, y=125)] for i in range(31)]
    result = follow(Follower(PeopleSettings()), frames)
    first = {p.number: p.face.scores["happy"] for p in result[3].persons}
    last = {p.number: p.face.scores["happy"] for p in result[-1].persons}
    assert first == last
    assert len(last) == 2


def test_one_passing_behind_another_comes_out_as_himself() -> None:
    """They meet in the middle; for eight frames only the one in front is seen."""
    frames = []
    for i in range(40):
        front, behind = face(0.9, x=160 + 6 * i, y=100), face(0.1, x=394 - 6 * i, y=112)
        frames.append([front] if 16 <= i < 24 else [front, behind])
    result = follow(Follower(PeopleSettings()), frames)
    first = {p.number: p.face.scores["happy"] for p in result[5].persons}
    last = {p.number: p.face.scores["happy"] for p in result[-1].persons}
    assert first == last == {1: 0.9, 2: 0.1}


def test_a_turn_of_the_head_is_not_a_new_person() -> None:
    turned = [replace(face(0.9), box=Box(10 + i, 10, 40 - i, 40)) for i in range(16)]
    result = follow(Follower(PeopleSettings()), [[one] for one in [face(0.9)] * 4 + turned + turned[::-1]])
    assert {tuple(numbers(p)) for p in result[2:]} == {(1,)}


def test_a_small_face_far_behind_does_not_count_and_holds_nothing_up() -> None:
    result = follow(Follower(PeopleSettings()), [[face(0.9, size=40), face(0.1, x=52, y=2, size=8)]] * 10)
    assert {p.number: p.counts for p in result[-1].persons} == {1: True, 2: False}
    assert result[1].newcomers == 1


def test_a_child_in_the_second_row_counts() -> None:
    result = follow(Follower(PeopleSettings()), [[face(0.9, size=40), face(0.1, x=52, y=2, size=12)]] * 10)
    assert all(person.counts for person in result[-1].persons)


def test_somebody_hurrying_out_of_the_picture_does_not_count() -> None:
    frames = [[face(0.9, x=20, size=10), face(0.1, x=max(0, 30 - 3 * i), y=40, size=10)] for i in range(11)]
    last = follow(Follower(PeopleSettings()), frames)[-1]
    assert {p.number: p.counts for p in last.persons} == {1: True, 2: False}


def test_a_poster_counts_unless_still_faces_are_ignored() -> None:
    frames = [[face(0.9, x=10 + i % 9, y=5, size=20), face(0.1, x=40, y=20, size=20)] for i in range(400)]
    for ignore in (False, True):
        last = follow(Follower(PeopleSettings(ignore_still_faces=ignore)), frames)[-1]
        assert {p.number: p.counts for p in last.persons} == {1: True, 2: not ignore}


def test_in_a_still_picture_everybody_counts_at_once() -> None:
    (people,) = follow(Follower(PeopleSettings(), confirm=False), [[face(0.9), face(0.9, x=200)]])
    assert len(people.persons) == 2
    assert people.newcomers == 0


def test_a_face_too_small_to_be_judged_is_somebody_too_far_away_until_plainly_larger() -> None:
    sizes = [TOO_SMALL - 1] * 4 + [TOO_SMALL + 1] * 4 + [LARGE_ENOUGH] * 4 + [TOO_SMALL] * 4
    frames = [[face(0.9, size=size)] for size in sizes]
    result = follow(Follower(PeopleSettings()), frames)
    assert [p.persons[0].too_far for p in result[3:]] == [True] * 5 + [False] * 8
    assert all(p.persons[0].counts for p in result[3:])


def test_somebody_too_far_away_does_not_count_where_the_settings_say_so() -> None:
    far = follow(Follower(PeopleSettings(too_far="ignore")), [[face(0.9, size=TOO_SMALL - 1)]] * 5)[-1]
    assert [(one.too_far, one.counts) for one in far.persons] == [(True, False)]
