"""Light and button, tried with a finger."""

import dataclasses

import pytest

from appliance.clock import MonotonicClock
from appliance.config import Config
from appliance.doctor.finding import Status
from appliance.doctor.hand_test import press_when_it_shines
from appliance.hw.machine import Machine
from tests.support.machine_folder import put


def test_a_button_that_nobody_presses_is_told_with_what_to_do(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(machine, "/dev/gpiochip0")
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    found = press_when_it_shines(Config().hardware, machine, MonotonicClock(), 0.05)
    assert found.state is Status.WARNING
    assert "no press" in found.seen
    assert dataclasses.asdict(found)["advice"]
