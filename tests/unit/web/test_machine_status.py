"""The machine the page runs on: heat, power, space."""

from pathlib import Path

import pytest

from appliance.hw.machine import Machine
from appliance.web.machine_status import machine_status


def test_heat_and_throttling_are_read_from_the_board(tmp_path: Path) -> None:
    heat = tmp_path / "sys/class/thermal/thermal_zone0/temp"
    firmware = tmp_path / "usr/bin/vcgencmd"
    for file, text in ((heat, "61234\n"), (firmware, "#!/bin/sh\necho throttled=0x50005\n")):
        file.parent.mkdir(parents=True)
        file.write_text(text)
    firmware.chmod(0o755)
    found = machine_status(tmp_path, Machine(tmp_path))
    assert found["temperature"] == 61.2
    assert found["heat"] == "good"
    assert found["throttled"] == ["under-voltage now", "throttled now"]
    assert found["troubles"] == [{"kind": "under_voltage", "now": True}, {"kind": "throttled", "now": True}]
    firmware.unlink()  # as in the page's sandbox: then the kernel's alarm is all there is
    sensor = tmp_path / "sys/class/hwmon/hwmon0"
    sensor.mkdir(parents=True)
    (sensor / "name").write_text("rpi_volt\n")
    for alarm, told in (("0\n", []), ("1\n", ["under-voltage now"])):
        (sensor / "in0_lcrit_alarm").write_text(alarm)
        assert machine_status(tmp_path, Machine(tmp_path))["throttled"] == told
    elsewhere = machine_status(tmp_path / "nowhere", Machine(tmp_path / "nowhere"))
    assert elsewhere["temperature"] is elsewhere["throttled"] is elsewhere["free_mb"] is None
    assert elsewhere["heat"] is elsewhere["troubles"] is None


@pytest.mark.parametrize(
    ("celsius", "heat"), [(69.9, "good"), (70.0, "warm"), (79.9, "warm"), (80.0, "too_hot")]
)
def test_the_page_is_given_how_hot_the_board_is_by_the_doctors_limits(
    tmp_path: Path, celsius: float, heat: str
) -> None:
    file = tmp_path / "sys/class/thermal/thermal_zone0/temp"
    file.parent.mkdir(parents=True)
    file.write_text(f"{celsius * 1000:.0f}\n")
    assert machine_status(tmp_path, Machine(tmp_path))["heat"] == heat


def test_trouble_that_is_over_is_reported_as_such(tmp_path: Path) -> None:
    file = tmp_path / "usr/bin/vcgencmd"
    file.parent.mkdir(parents=True)
    file.write_text("#!/bin/sh\necho throttled=0x80000\n")
    file.chmod(0o755)
    found = machine_status(tmp_path, Machine(tmp_path))
    assert found["troubles"] == [{"kind": "too_hot", "now": False}]
    assert found["throttled"] == ["too hot since power-on"]
