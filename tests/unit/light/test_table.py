"""Every signal of the light can be seen, told apart and looked up."""

from pathlib import Path

import pytest

from appliance.light.row import Animation, Kind
from appliance.light.states import SIGNALS, Condition, Signal, State
from appliance.light.table import CONDITIONS, TABLE
from tests.support.light_steps import steps

ROOT = Path(__file__).parents[3]


def test_every_signal_has_a_row_and_a_name_of_its_own() -> None:
    assert set(TABLE) == set(SIGNALS)
    assert len({str(signal) for signal in SIGNALS}) == len(SIGNALS)


@pytest.mark.parametrize("signal", SIGNALS)
def test_a_plain_led_can_play_it_and_an_eye_can_see_it(signal: Signal) -> None:
    for step in steps(signal):
        assert step.level in (0, 1)
        assert step.seconds >= 0.05


@pytest.mark.parametrize("signal", SIGNALS)
def test_only_what_plays_over_something_else_ends_by_itself(signal: Signal) -> None:
    ends = len(steps(signal, 100)) < 100
    assert ends == (TABLE[signal].kind in {Kind.ONCE, Kind.REMINDER})


def test_no_two_signals_look_the_same_except_that_off_and_starting_are_both_dark() -> None:
    looks = {signal: tuple(steps(signal)) for signal in SIGNALS if signal is not State.STARTING}
    assert len(set(looks.values())) == len(looks)
    assert looks[State.OFF] == tuple(steps(State.STARTING))


def test_states_and_conditions_have_kinds_of_their_own() -> None:
    assert {TABLE[state].kind for state in State} == {Kind.STATE, Kind.ONCE}
    assert {TABLE[condition].kind for condition in Condition} == {
        Kind.EXCLUSIVE,
        Kind.ACTIVITY,
        Kind.REMINDER,
    }


def test_no_two_conditions_have_the_same_priority_and_exclusive_ones_come_first() -> None:
    assert len({TABLE[condition].priority for condition in Condition}) == len(Condition)
    order = [TABLE[condition].kind for condition in CONDITIONS]
    ranks = [(Kind.EXCLUSIVE, Kind.ACTIVITY, Kind.REMINDER).index(kind) for kind in order]
    assert ranks == sorted(ranks)


def test_the_page_shows_the_three_faults_that_keep_photos_from_being_taken() -> None:
    on_page = {signal for signal, row in TABLE.items() if row.on_page}
    assert on_page == {Condition.CAMERA_LOST, Condition.STORAGE_FAULT, Condition.LENS_COVERED}


def test_the_page_can_draw_every_animation() -> None:
    style = (ROOT / "appliance" / "web" / "static" / "app.css").read_text("utf-8")
    for animation in Animation:
        assert f'[data-pattern="{animation}"]' in style
