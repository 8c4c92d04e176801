"""Who makes the light say what: the states that no picture brings about, each from its cause to the light."""

from pathlib import Path

import pytest

from appliance.cli import main
from appliance.cli import record as record_command
from appliance.hw.button import Gesture
from appliance.light.patterns import Facts
from appliance.light.states import Condition, Signal, State
from appliance.light.table import TABLE
from appliance.light.thread import LightThread
from appliance.pipeline.decide.light_state import PHOTO_LIGHT_SECONDS
from tests.support.box import Box, eventually

Told = list[tuple[Signal, bool]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """What the panel is told to say for as long as it is so."""
    told: Told = []
    monkeypatch.setattr(LightThread, "condition", lambda _, light, present: told.append((light, present)))
    return told


def test_a_recording_says_so_for_as_long_as_it_lasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")

    def record(*_: object) -> int:
        told.append((State.OFF, False))
        return 1

    monkeypatch.setattr(record_command, "record", record)
    assert main(["record", str(tmp_path / "clip.avi"), "--set", "camera.source=scene"]) == 0
    assert told == [(Condition.RECORDING, True), (State.OFF, False)]


def test_a_button_that_is_down_from_the_start_is_reported_until_it_was_released(told: Told) -> None:
    box = Box(held=True)
    assert told == [(Condition.BUTTON_STUCK, True)]
    box.after(1).up()
    box.after(1).heard([Gesture.FREED])
    assert eventually(lambda: (Condition.BUTTON_STUCK, False) in told)
    box.panel.close()


def test_a_held_button_is_told_when_it_is_time_to_let_go(told: Told) -> None:
    box = Box()
    box.after(1).down()
    box.after(3.5).heard([Gesture.HOLDING])
    assert told[-1] == (Condition.LET_GO, True)
    box.up()
    box.after(1).heard([Gesture.HOLDING, Gesture.HOLD])
    assert eventually(lambda: told[-1] == (Condition.LET_GO, False))
    box.panel.close()


def test_a_photo_is_said_for_as_long_as_its_burst_takes_so_that_nothing_is_said_into_it() -> None:
    burst = TABLE[State.PHOTO].pattern(Facts())
    assert sum(step.seconds for step in burst) <= PHOTO_LIGHT_SECONDS
