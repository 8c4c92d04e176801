"""Light and button, tried with a finger."""

import dataclasses
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from appliance.clock import MonotonicClock
from appliance.config import Config
from appliance.config.schema import HardwareSettings
from appliance.doctor.finding import Status
from appliance.doctor.hand_test import press_when_it_shines
from appliance.hw.button import Gesture
from appliance.hw.gpio import open_panel
from appliance.hw.machine import Machine
from tests.support.machine_folder import put


def test_a_button_that_nobody_presses_is_reported_with_what_to_do(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(machine, "/dev/gpiochip0")
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    found = press_when_it_shines(Config().hardware, machine, MonotonicClock(), 0.05)
    assert found.state is Status.WARNING
    assert "no press" in found.seen
    assert dataclasses.asdict(found)["advice"]


def test_a_press_while_the_light_shines_proves_both(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(machine, "/dev/gpiochip0")
    light: list[bool] = []

    def press_it(settings: HardwareSettings, on_gesture: Callable[[Gesture], None], **_: object) -> Any:
        panel = open_panel(settings, on_gesture)
        led, button = panel.factory.pin(17), panel.factory.pin(27)

        def finger() -> None:
            while not led.state:
                time.sleep(0.005)
            light.append(bool(led.state))
            button.drive_low()
            time.sleep(0.1)
            button.drive_high()

        threading.Thread(target=finger, daemon=True).start()
        return panel

    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    monkeypatch.setattr("appliance.doctor.hand_test.open_panel", press_it)
    found = press_when_it_shines(Config().hardware, machine, MonotonicClock(), 10)
    assert found.state is Status.GOOD
    assert light == [True]


def test_without_a_button_there_is_nothing_to_press(machine: Machine) -> None:
    put(machine, "/dev/gpiochip0")
    hardware = Config().hardware.model_copy(update={"button_pin": "none"})
    assert press_when_it_shines(hardware, machine, MonotonicClock(), 10).state is Status.UNKNOWN
