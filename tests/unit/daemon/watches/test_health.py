"""The light reminds of heat, a weak power supply and a card nearly full, and stops when they are over."""

from pathlib import Path

import pytest

from appliance.clock import VirtualClock
from appliance.daemon.conditions import Conditions
from appliance.daemon.watches.health import DIP_SECONDS, NEARLY_FULL_BYTES, HealthWatch
from appliance.hw.machine import Machine
from appliance.light.states import Condition
from appliance.storage import durable
from appliance.storage.photos import PhotoStore

Told = list[tuple[Condition, bool]]


KEEP_FREE_MB = 1000


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def watch(tmp_path: Path, told: Told, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> HealthWatch:
    monkeypatch.setattr(durable, "free_bytes", lambda _: 10**12)
    conditions = Conditions()
    conditions.subscribe(lambda condition, present: told.append((condition, present)))
    store = PhotoStore(tmp_path, keep_free_mb=KEEP_FREE_MB)
    return HealthWatch(Machine(tmp_path), conditions, lambda: store, clock)


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


def voltage_alarm(root: Path, value: int) -> None:
    folder = root / "sys/class/hwmon/hwmon1"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "name").write_text("rpi_volt\n")
    (folder / "in0_lcrit_alarm").write_text(f"{value}\n")


def test_a_dip_of_the_voltage_for_a_second_is_told_for_half_a_minute(
    tmp_path: Path, watch: HealthWatch, clock: VirtualClock, told: Told
) -> None:
    for second in range(60):
        clock.wait_until(second)
        voltage_alarm(tmp_path, int(second == 10))
        watch.poll(clock.now())
        assert (told == []) is (second < 10)
        assert ((Condition.UNWELL, False) in told) is (second >= 10 + DIP_SECONDS)
    assert told == [(Condition.UNWELL, True), (Condition.UNWELL, False)]
    assert DIP_SECONDS == 30


def test_a_voltage_that_stays_too_low_is_reported_once_and_for_as_long_as_it_lasts(
    tmp_path: Path, watch: HealthWatch, clock: VirtualClock, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    voltage_alarm(tmp_path, 1)
    for second in range(100):
        clock.wait_until(second)
        watch.poll(clock.now())
    assert told == [(Condition.UNWELL, True)]
    assert caplog.text.count("voltage") == 1


def test_no_dip_falls_between_two_looks(watch: HealthWatch) -> None:
    """The kernel's driver forgets after two seconds; the appliance looks every half second if it is time."""
    assert watch.interval + 0.5 < 2


def test_the_kernel_s_deprecated_file_is_never_read(tmp_path: Path, watch: HealthWatch, told: Told) -> None:
    file = tmp_path / "sys/devices/platform/soc/soc:firmware/get_throttled"
    file.parent.mkdir(parents=True)
    file.write_text("1\n")
    watch.poll(0.0)
    assert not told


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
