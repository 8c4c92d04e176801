"""The light reminds of heat, a weak power supply and a card nearly full, and stops when they are over."""

from pathlib import Path

import pytest

from appliance.config.schema import StorageSettings
from appliance.daemon.conditions import Conditions
from appliance.daemon.watches.health import NEARLY_FULL_BYTES, HealthWatch
from appliance.hw.machine import Machine
from appliance.light.states import Condition
from appliance.storage import durable

Told = list[tuple[Condition, bool]]


KEEP_FREE_MB = 1000


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
def watch(tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> HealthWatch:
    monkeypatch.setattr(durable, "free_bytes", lambda _: 10**12)
    conditions = Conditions()
    conditions.subscribe(lambda condition, present: told.append((condition, present)))
    storage = StorageSettings(folder=str(tmp_path), keep_free_mb=KEEP_FREE_MB)
    return HealthWatch(Machine(tmp_path), conditions, lambda: storage)


def degrees(root: Path, value: int) -> None:
    file = root / "sys/class/thermal/thermal_zone0/temp"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{value * 1000}\n")


def test_heat_is_told_when_it_comes_and_when_it_goes(tmp_path: Path, watch: HealthWatch, told: Told) -> None:
    for turn, value in enumerate((50, 85, 86, 60)):
        degrees(tmp_path, value)
        watch.poll(turn * watch.interval)
    assert told == [(Condition.UNWELL, True), (Condition.UNWELL, False)]


def test_it_looks_only_now_and_then(tmp_path: Path, watch: HealthWatch, told: Told) -> None:
    degrees(tmp_path, 50)
    watch.poll(0.0)
    degrees(tmp_path, 90)
    watch.poll(watch.interval / 2)
    assert not told


def test_under_voltage_is_told(tmp_path: Path, watch: HealthWatch, told: Told) -> None:
    file = tmp_path / "sys/devices/platform/soc/soc:firmware/get_throttled"
    file.parent.mkdir(parents=True)
    file.write_text("1\n")
    watch.poll(0.0)
    assert told == [(Condition.UNWELL, True)]


def test_a_card_is_nearly_full_when_little_is_left_above_what_must_stay_free(
    tmp_path: Path, watch: HealthWatch, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = KEEP_FREE_MB * 1_000_000
    for turn, spare in enumerate((NEARLY_FULL_BYTES, NEARLY_FULL_BYTES - 1, -1)):
        monkeypatch.setattr(durable, "free_bytes", lambda _, spare=spare: keep + spare)
        watch.poll(turn * watch.interval)
    assert told == [
        (Condition.CARD_NEARLY_FULL, True),
        (Condition.CARD_NEARLY_FULL, False),
    ]  # full is a fault
