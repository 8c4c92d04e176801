"""Following people: the same person keeps the same number."""

from appliance.frames import JudgedFace, People
from appliance.pipeline.people import Follower
from tests.strategies import face, judged

STEP = 1 / 15


def follow(follower: Follower, frames: list[list[JudgedFace]], start: float = 0.0) -> list[People]:
    return [follower.process(judged(start + i * STEP, *faces)) for i, faces in enumerate(frames)]


def numbers(people: People) -> list[int]:
    return [person.number for person in people.persons]


def test_somebody_standing_still_is_one_person() -> None:
    result = follow(Follower(0.8), [[face(0.5, x=100 + i % 3)] for i in range(20)])
    assert {tuple(numbers(p)) for p in result[2:]} == {(1,)}


def test_a_box_that_flickers_up_once_is_nobody_but_holds_up_the_photo_meanwhile() -> None:
    frames = [[face(0.9)]] * 5 + [[face(0.9), face(0.1, x=300)]] + [[face(0.9)]] * 10
    result = follow(Follower(0.8), frames)
    assert all(len(p.persons) <= 1 for p in result)
    assert result[5].newcomers == 1
    assert result[8].newcomers == 0


def test_a_face_missed_for_a_moment_is_still_there_and_the_same() -> None:
    result = follow(Follower(0.8), [[face(0.9)]] * 5 + [[]] * 5 + [[face(0.9)]] * 3)
    assert numbers(result[7]) == [1]
    assert not result[7].persons[0].seen
    assert result[7].persons[0].missing_for > 0
    assert numbers(result[-1]) == [1]
    assert result[-1].persons[0].seen


def test_somebody_who_left_is_released_after_the_grace_time() -> None:
    result = follow(Follower(0.8), [[face(0.9)]] * 5 + [[]] * 20)
    assert numbers(result[4 + 12]) == [1]
    assert numbers(result[4 + 13]) == []


def test_two_people_crossing_keep_their_numbers() -> None:
    frames = [[face(0.9, x=100 + 8 * i, y=100), face(0.1, x=340 - 8 * i, y=125)] for i in range(31)]
    result = follow(Follower(0.8), frames)
    first = {p.number: p.face.scores["happy"] for p in result[3].persons}
    last = {p.number: p.face.scores["happy"] for p in result[-1].persons}
    assert first == last
    assert len(last) == 2


def test_in_a_still_picture_everybody_counts_at_once() -> None:
    (people,) = follow(Follower(0.8, confirm=False), [[face(0.9), face(0.9, x=200)]])
    assert len(people.persons) == 2
    assert people.newcomers == 0
