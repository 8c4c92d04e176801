"""Who makes the light say what: the states that no picture brings about, each from its cause to the light."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.cli import light as light_command
from appliance.cli import main
from appliance.cli import record as record_command
from appliance.config import Config
from appliance.config.live import LiveConfig
from appliance.config.schema import Hardware
from appliance.daemon.daemon import Daemon
from appliance.errors import GpioError, StorageError
from appliance.hw import gpio
from appliance.hw.button import Gesture
from appliance.light.patterns import Facts
from appliance.light.states import SIGNALS, Condition, Signal, State
from appliance.light.table import TABLE
from appliance.light.thread import LightThread
from appliance.pipeline.decide.light_state import PHOTO_LIGHT_SECONDS
from appliance.records.decision import Photo
from tests.support.box import Box, eventually
from tests.support.strategies import frame, photo_on

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

    def opened(settings: Hardware, *_: object, **__: object) -> gpio.Panel:
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
    monkeypatch.setattr(record_command, "record", lambda *_: told.append((State.OFF, False)) or 1)
    assert main(["record", str(tmp_path / "clip.avi"), "--set", "camera.source=scene"]) == 0
    assert told == [(Condition.RECORDING, True), (State.OFF, False)]


def test_a_button_that_is_down_from_the_start_is_told_until_it_was_let_go(told: Told) -> None:
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


def refuse() -> None:
    raise StorageError("Powering off cannot be asked for", "Is it installed?")


@pytest.mark.parametrize(("power_off", "said"), [(lambda: None, True), (refuse, False), (None, False)])
def test_powering_off_is_said_only_if_it_is_so(power_off: object, said: bool) -> None:
    daemon = Daemon(Config(), power_off=power_off)
    daemon._heard(Gesture.HOLD)
    assert (Condition.POWERING_OFF in daemon.conditions) is said


def test_several_photos_of_one_moment_are_being_saved_until_the_last_one_is() -> None:
    daemon, frames = Daemon(Config()), [frame(0.1), frame(0.2)]
    first, last = (photo_on(one) for one in frames)
    for decision in (first, last):
        daemon._save(decision)
    daemon._saved(Photo(path=Path("1.jpg"), decision=first))
    assert Condition.SAVING in daemon.conditions
    daemon._saved(Photo(path=Path("2.jpg"), decision=last))
    assert Condition.SAVING not in daemon.conditions


def test_a_photo_that_cannot_be_kept_is_a_fault_until_one_can_and_saving_ends_with_it() -> None:
    daemon = Daemon(Config())
    daemon._condition(Condition.SAVING, True)
    daemon._stored(True)
    assert daemon.conditions == {Condition.STORAGE_FAULT}
    daemon._stored(False)
    assert not daemon.conditions


def test_a_photo_is_said_for_as_long_as_its_burst_takes_so_that_nothing_is_said_into_it() -> None:
    burst = TABLE[State.PHOTO].pattern(Facts())
    assert sum(step.seconds for step in burst) <= PHOTO_LIGHT_SECONDS
