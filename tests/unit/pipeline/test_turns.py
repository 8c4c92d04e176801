"""Whose face is judged: everybody where the photo may come, else as often as it is worth and can be paid."""

import logging
import math
from collections.abc import Mapping

import pytest

from appliance.pipeline.pace import IDLE_SHARE, Pace, Wanted
from appliance.pipeline.turns import Turns, Waiting
from appliance.records.frame import Box

PLACES = tuple(Box(100.0 * n, 50, 40, 40) for n in range(4))
SECOND = 30


def judged(wanted: Wanted, cost: float = 0.0, rejected: bool = False, seconds: int = 3) -> list[set[int]]:
    """Who is judged in each frame of the last second; all four are known from before."""
    pace = Pace(0.0, cost)
    pace.wanted, turns = wanted, Turns(pace)
    at = dict.fromkeys(range(4), -1.0)
    frames = []
    for number in range(seconds * SECOND):
        now = number / SECOND
        chosen = turns.choose([Waiting(box, now - at[n], rejected) for n, box in enumerate(PLACES)], now)
        at |= dict.fromkeys(chosen, now)
        frames.append(chosen)
    return frames[-SECOND:]


def times(frames: list[set[int]]) -> Mapping[int, int]:
    """How often each of the four was judged."""
    return {place: sum(place in chosen for chosen in frames) for place in range(4)}


def test_every_frame_that_may_be_the_photo_is_judged_in_full_whatever_that_costs() -> None:
    wanted = Wanted(lacking=0, settled=PLACES)
    assert judged(wanted, cost=1.0) == judged(wanted, rejected=True) == [{0, 1, 2, 3}] * SECOND


def test_the_last_one_who_lacks_is_judged_in_every_frame_and_the_others_ten_times_a_second() -> None:
    assert times(judged(Wanted(lacking=1, settled=PLACES[1:]))) == {0: 30, 1: 10, 2: 10, 3: 10}


def test_while_several_lack_each_is_judged_fifteen_times_a_second_by_turns() -> None:
    frames = judged(Wanted(lacking=4))
    assert set(times(frames).values()) == {15}
    assert {len(chosen) for chosen in frames} == {2}


def test_while_no_photo_can_come_and_what_is_no_face_is_judged_five_times_a_second() -> None:
    assert set(times(judged(Wanted(idle=True, lacking=4))).values()) == {5}
    assert set(times(judged(Wanted(lacking=1), rejected=True)).values()) == {5}


@pytest.mark.parametrize(
    ("idle", "lacking", "share"), [(False, 4, 0.8), (False, 1, 0.8), (True, 4, IDLE_SHARE)]
)
def test_a_slow_board_judges_as_often_as_its_share_of_a_core_allows(
    idle: bool, lacking: int, share: float
) -> None:
    cost = 0.06
    frames = judged(Wanted(idle=idle, lacking=lacking), cost=cost, seconds=6)
    assert cost * sum(map(len, frames)) <= share * 1.1
    assert min(times(frames).values()) >= 1


def test_a_face_never_judged_does_not_wait() -> None:
    pace = Pace(0.0, 1.0)
    pace.wanted = Wanted(idle=True)
    assert Turns(pace).choose([Waiting(PLACES[0], 0.0), Waiting(PLACES[1], math.inf)], 0.0) == {1}


def test_a_board_that_cannot_keep_up_says_so_once_with_what_it_does_instead(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        judged(Wanted(lacking=4), cost=0.06, seconds=10)
    assert caplog.messages == [
        "Judging a face takes 60 ms on this board: until a photo may be taken, each of 4 people is judged"
        " 3.3 times a second, in place of 15.0"
    ]


@pytest.mark.parametrize("wanted", [Wanted(lacking=0), Wanted(idle=True, lacking=4)])
def test_no_word_is_said_while_every_frame_may_be_the_photo_or_none(
    wanted: Wanted, caplog: pytest.LogCaptureFixture
) -> None:
    judged(wanted, cost=0.06, seconds=10)
    assert caplog.messages == []


def test_a_camera_whose_time_goes_back_is_judged_on() -> None:
    turns = Turns(Pace(0.0, 0.0))
    turns.choose([Waiting(PLACES[0], math.inf)], 100.0)
    assert turns.choose([Waiting(PLACES[0], math.inf)], 1.0) == {0}
