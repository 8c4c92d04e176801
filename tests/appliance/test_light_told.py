"""Who makes the light say what: the states that no picture brings about, each from its cause to the light."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.cli import light as light_command
from appliance.cli import main
from appliance.cli import record as record_command
from appliance.config.live import LiveConfig
from appliance.config.schema import HardwareSettings
from appliance.errors import GpioError
from appliance.hw import gpio
from appliance.hw.button import Gesture
from appliance.light.patterns import Facts
from appliance.light.states import SIGNALS, Condition, Signal, State
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


@pytest.fixture
def signals() -> Iterator[None]:
    """The handlers that a command sets are gone after it."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("state", SIGNALS)
def test_every_state_can_be_asked_for_where_the_appliance_does_not_run(
    state: Signal, monkeypatch: pytest.MonkeyPatch, signals: None
) -> None:
    """As smart-selfie-fault-light.service does after the last restart (given_up)."""
    shown: list[Signal] = []
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")

    def show(_light: LightThread, light: Signal, _level: float = 0.0) -> None:
        shown.append(light)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(LightThread, "show", show)
    assert main(["light", str(state)]) == 0
    assert shown == [state]


def test_it_shines_on_the_pins_of_the_last_good_configuration_where_the_file_is_bad(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signals: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bad configuration is one of the reasons for which it is needed; a lamp that is taken is another."""
    file, wanted = tmp_path / "config.yaml", []
    file.write_text("hardware: {led_pin: 22, flash_pin: 23, buzzer_pin: 24}\n")
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    live = LiveConfig(file, (), tmp_path)
    live.remember(live.load())
    file.write_text("hardware: {led_pim: 22}\n")

    def opened(settings: HardwareSettings, *_: object, **__: object) -> gpio.Panel:
        wanted.append((settings.led_pin, settings.flash_pin, settings.buzzer_pin, settings.button_pin))
        raise GpioError("enough")

    monkeypatch.setattr(light_command, "open_panel", opened)
    assert main(["light", "given_up", "--config", str(file)]) == 1
    assert wanted == [(22, "none", "none", "none")]
    assert "led_pim" in capsys.readouterr().err


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
