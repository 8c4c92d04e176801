"""smart-selfie light: any signal, where the appliance does not run."""

import os
import signal
from pathlib import Path

import pytest

from appliance.cli import light as light_command
from appliance.cli import main
from appliance.config.live import LiveConfig
from appliance.config.schema import HardwareSettings
from appliance.errors import GpioError
from appliance.hw import gpio
from appliance.light.states import SIGNALS, Signal
from appliance.light.thread import LightThread


@pytest.mark.parametrize("state", SIGNALS)
def test_every_state_can_be_asked_for_where_the_appliance_does_not_run(
    state: Signal, monkeypatch: pytest.MonkeyPatch
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
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
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
