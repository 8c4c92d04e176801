"""How many people it sees is said once, when the number has changed and stayed so."""

from appliance.daemon.watches.head_count import LASTING_SECONDS, HeadCount
from appliance.light.states import State
from appliance.records.decision import Decision
from tests.support.strategies import decision_on, frame, person, showing_of


def decision(time: float, count: int, light: State = State.WAITING, armed: bool = True) -> Decision:
    people = tuple(showing_of(person(number, 0.1)) for number in range(count))
    return decision_on(frame(time), people=people, armed=armed, light=light)


def said(*decisions: Decision) -> list[int]:
    shown: list[int] = []
    heads = HeadCount(shown.append)
    for one in decisions:
        heads.observe(one)
    return shown


def test_a_number_is_said_once_it_has_lasted_and_only_once() -> None:
    assert said(decision(0.0, 2), decision(LASTING_SECONDS / 2, 2)) == []
    assert said(*(decision(0.1 * i, 2) for i in range(30))) == [2]


def test_somebody_who_came_just_before_a_photo_is_told_after_it() -> None:
    shot = [decision(1 + 0.1 * i, 3, State.PHOTO) for i in range(10)]
    assert said(*(decision(0.1 * i, 2) for i in range(10)), *shot) == [2]
    assert said(*(decision(0.1 * i, 2) for i in range(10)), *shot, decision(2.0, 3)) == [2, 3]


def test_nobody_is_told_numbers_while_it_is_not_armed() -> None:
    assert said(*(decision(0.1 * i, 2, State.DISARMED, armed=False) for i in range(30))) == []
