"""Power, heat, clock and pins of the board, as the doctor reports them."""

from datetime import UTC, datetime

import pytest

from appliance.doctor import board_checks
from appliance.doctor.finding import Status
from appliance.hw.machine import Machine
from tests.support.machine_folder import program_prints, put

UP_TO_DATE = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("bits", "power", "speed"),
    [
        ("0x0", Status.GOOD, Status.GOOD),
        ("0x1", Status.FAULT, Status.GOOD),
        ("0x10000", Status.WARNING, Status.GOOD),
        ("0x50005", Status.FAULT, Status.WARNING),
        ("0x80000", Status.GOOD, Status.WARNING),
        ("0x8", Status.GOOD, Status.WARNING),
        ("rubbish", Status.UNKNOWN, Status.UNKNOWN),
    ],
)
def test_bad_power_and_heat_are_reported_even_when_they_are_over(
    machine: Machine, bits: str, power: Status, speed: Status
) -> None:
    program_prints(machine, "vcgencmd", f"throttled={bits}")
    assert board_checks.check_power(machine).state is power
    assert board_checks.check_speed(machine).state is speed


def test_the_firmware_is_asked_and_not_the_kernel_s_file_which_forgets_within_seconds(
    machine: Machine,
) -> None:
    put(machine, "/sys/devices/platform/soc/soc:firmware/get_throttled", "0\n")
    program_prints(machine, "vcgencmd", "throttled=0x50000")
    assert board_checks.check_power(machine).state is Status.WARNING


def test_a_firmware_tool_that_fails_is_not_a_verdict(machine: Machine) -> None:
    program_prints(machine, "vcgencmd", "throttled=0x0", code=1)
    assert board_checks.check_power(machine).state is Status.UNKNOWN


@pytest.mark.parametrize(
    ("text", "state"),
    [("48312", Status.GOOD), ("71000", Status.WARNING), ("82100", Status.FAULT), ("?", Status.UNKNOWN)],
)
def test_heat_is_reported_before_it_slows_the_board_down(machine: Machine, text: str, state: Status) -> None:
    put(machine, "/sys/class/thermal/thermal_zone0/temp", text)
    assert board_checks.check_temperature(machine).state is state


def test_a_clock_that_was_never_set_is_reported(machine: Machine) -> None:
    assert board_checks.check_clock(machine, datetime(1970, 1, 1, tzinfo=UTC)).state is Status.WARNING
    assert board_checks.check_clock(machine, UP_TO_DATE).state is Status.WARNING
    put(machine, "/run/systemd/timesync/synchronized")
    assert board_checks.check_clock(machine, UP_TO_DATE).state is Status.GOOD


def test_pins_and_board_are_named(machine: Machine) -> None:
    assert board_checks.check_pins(machine).state is Status.UNKNOWN
    put(machine, "/dev/gpiochip0")
    put(machine, "/proc/device-tree/model", "Raspberry Pi Zero 2 W Rev 1.0\0")
    assert board_checks.check_pins(machine).seen == "/dev/gpiochip0"
    assert board_checks.check_board(machine).seen == "Raspberry Pi Zero 2 W Rev 1.0"
