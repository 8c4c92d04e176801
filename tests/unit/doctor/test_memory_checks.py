"""Whether camera, ring of frames and appliance fit into a small board's memory."""

import pytest

from appliance.config import Config, load_config
from appliance.doctor.finding import Status
from appliance.doctor.memory_checks import check_memory
from appliance.hw.machine import Machine
from tests.support.machine_folder import program_prints, put

ZERO_2W = "MemTotal: 426068 kB\nMemAvailable: 120000 kB\nCmaTotal: 262144 kB\nCmaFree: 200000 kB\n"


def test_a_small_board_is_told_to_leave_more_to_programs(machine: Machine) -> None:
    put(machine, "/proc/meminfo", ZERO_2W)
    found = check_memory(machine, Config(), {"buffers_mb": 51.3})
    assert found.state is Status.WARNING
    assert "cma-128" in found.advice
    assert found.seen == (
        "436 MB, 268 of them for the camera (CMA), 204 free, its buffers take 51, ring of frames 20"
    )
    put(machine, "/proc/meminfo", ZERO_2W.replace("262144", "131072"))
    assert check_memory(machine, Config(), {"buffers_mb": 51.3}).state is Status.GOOD


@pytest.mark.parametrize(
    ("kilobytes", "buffers", "ring", "state"),
    [
        (4_000_000, 51, 20, Status.GOOD),
        (4_000_000, 700, 20, Status.FAULT),
        (4_000_000, 51, 200, Status.WARNING),
    ],
)
def test_what_does_not_fit_is_reported(
    machine: Machine, kilobytes: int, buffers: int, ring: int, state: Status
) -> None:
    put(machine, "/proc/meminfo", f"MemTotal: {kilobytes} kB\nCmaTotal: 524288 kB\nCmaFree: 500000 kB\n")
    program_prints(machine, "systemctl", f"MemoryMax={288 << 20}")
    found = check_memory(machine, load_config(None, [("moment.memory_mb", ring)]), {"buffers_mb": buffers})
    assert found.state is state
    assert found.facts["limit_mb"] == 301
    assert bool(found.advice) is (state is not Status.GOOD)


def test_a_machine_that_does_not_tell_is_not_a_fault(machine: Machine) -> None:
    assert check_memory(machine, Config(), None).state is Status.UNKNOWN
