"""A covered lens is told, a dim room with somebody in it is not."""

from dataclasses import replace

import numpy as np
import pytest

from appliance.daemon.conditions import Conditions
from appliance.daemon.watches.lens import LensWatch, blind
from appliance.light.states import State
from appliance.records.frame import Grey
from tests.support.strategies import decision_on, frame

NOISE = np.random.default_rng(2).normal(0, 2, (480, 640))


def picture(level: float, somebody: bool = False) -> Grey:
    room = np.full((480, 640), level) + NOISE
    if somebody:
        room[100:300, 200:350] += 40
    return np.asarray(room.clip(0, 255), np.uint8)


def watch(*pictures: Grey) -> list[tuple[float, bool]]:
    """What is told, and when, at 10 pictures a second."""
    told: list[tuple[float, bool]] = []
    now = 0.0
    conditions = Conditions()
    conditions.subscribe(lambda _, covered: told.append((now, covered)))
    lens = LensWatch(conditions)
    for index, grey in enumerate(pictures):
        now = index / 10
        lens.observe(decision_on(replace(frame(now), grey=grey), light=State.ARMED))
    return told


@pytest.mark.parametrize("level", [0, 10, 255])
def test_a_covered_or_blinded_lens_is_told_after_some_seconds_and_once(level: float) -> None:
    assert watch(*[picture(level)] * 80) == [(3.0, True)]


def test_it_is_told_when_there_is_a_picture_again() -> None:
    assert watch(*[picture(5)] * 40, *[picture(80, somebody=True)] * 5) == [(3.0, True), (4.0, False)]


def test_a_hand_that_brushes_past_is_not_a_fault() -> None:
    assert not watch(*[picture(5)] * 20, picture(90, somebody=True), *[picture(5)] * 20)


@pytest.mark.parametrize("level", [0, 15, 90, 160, 200])
def test_somebody_in_a_dim_or_bright_room_is_something(level: float) -> None:
    assert blind(picture(level, somebody=True)) is None


def test_a_blank_wall_is_something() -> None:
    assert blind(picture(128)) is None
