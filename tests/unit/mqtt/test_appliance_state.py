"""The state that the broker gets."""

from datetime import date
from pathlib import Path

import pytest

from appliance.hw.machine import Machine
from appliance.mqtt.appliance_state import ApplianceState, MachineFacts
from tests.support.machine_folder import put


def test_it_tells_what_the_appliance_said_last() -> None:
    state = ApplianceState()
    assert "expression" not in state.values(), "nobody knows it yet"
    state.rule({"expression": ["happy", "surprise"], "sensitivity": "big"})
    state.frame({"armed": True, "people": [{}, {}], "showing": 1, "light": "waiting"})
    state.faults({"lights": ["unwell"]})
    told = state.values()
    assert (told["expression"], told["sensitivity"]) == ("happy or surprise", "big")
    assert (told["armed"], told["people"], told["showing"], told["light"]) == (True, 2, 1, "waiting")
    assert told["faults"] == ["unwell"]
    told["people"] = 9
    assert state.values()["people"] == 2


def test_a_message_of_another_version_changes_nothing() -> None:
    state = ApplianceState()
    before = state.values()
    for take, head in ((state.frame, {"people": []}), (state.faults, {}), (state.rule, {})):
        with pytest.raises((KeyError, TypeError)):
            take(head)
    assert state.values() == before


def test_photos_of_today_are_counted_anew_when_one_came_or_went(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "machine")
    put(machine, "/sys/class/thermal/thermal_zone0/temp", "48312")
    facts = MachineFacts(tmp_path, machine)
    today = date(2026, 11, 30)
    for name in ("selfie-000001-20261129-235959.jpg", "selfie-000002-20261130-000001.jpg", "notes.txt"):
        (tmp_path / name).touch()
    told = facts.read(today)
    assert (told["photos_today"], told["temperature"]) == (1, 48.3)
    assert told["free_mb"] > 0
    (tmp_path / "selfie-000003-20261130-000002.jpg").touch()
    assert facts.read(today)["photos_today"] == 2
    assert facts.read(date(2026, 12, 1))["photos_today"] == 0


def test_a_folder_that_is_gone_is_unknown_not_zero(tmp_path: Path) -> None:
    told = MachineFacts(tmp_path / "gone", Machine(tmp_path)).read(date(2026, 11, 30))
    assert told == {"temperature": None, "free_mb": None, "photos_today": None}
