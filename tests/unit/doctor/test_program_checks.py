"""The installed program, its packages and its service, as the doctor reports them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.doctor import program_checks
from appliance.doctor.finding import Status
from appliance.hw.machine import Machine
from tests.support.machine_folder import program_prints, put


def test_a_numpy_that_hides_apts_is_a_fault(machine: Machine) -> None:
    elsewhere = Path("/opt/smart-selfie/current/lib/python3.11/site-packages/numpy")
    assert program_checks.check_numpy(machine, elsewhere, "2.2.6").state is Status.UNKNOWN
    of_apt = machine.path("/usr/lib/python3/dist-packages/numpy")
    of_apt.mkdir(parents=True)
    assert program_checks.check_numpy(machine, elsewhere, "2.2.6").state is Status.FAULT
    assert program_checks.check_numpy(machine, of_apt, "1.24.2").state is Status.GOOD


@pytest.mark.slow
def test_a_numpy_that_breaks_every_package_still_gets_a_table(tmp_path: Path) -> None:
    numpy = tmp_path / "numpy"
    numpy.mkdir()
    (numpy / "__init__.py").write_text("__version__ = '9.9'\n")
    done = subprocess.run(
        [sys.executable, "-m", "appliance", "doctor", "--set", f"storage.folder={tmp_path}"],
        env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parents[3]}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == ""
    assert "9.9" in done.stdout
    assert "FAULT  model         a package cannot be loaded" in done.stdout


@pytest.mark.parametrize(
    ("shown", "state", "word"),
    [
        ("LoadState=loaded\nActiveState=active\nUnitFileState=enabled\nNRestarts=0", Status.GOOD, "running"),
        (
            "LoadState=loaded\nActiveState=active\nUnitFileState=enabled\nNRestarts=3",
            Status.WARNING,
            "3 times",
        ),
        ("LoadState=loaded\nActiveState=active\nUnitFileState=disabled", Status.WARNING, "power-on"),
        ("LoadState=loaded\nActiveState=failed\nResult=watchdog", Status.FAULT, "watchdog"),
        ("LoadState=loaded\nActiveState=activating\nSubState=auto-restart", Status.FAULT, "auto-restart"),
        ("LoadState=not-found\nActiveState=inactive", Status.UNKNOWN, "not installed here"),
    ],
)
def test_the_service_is_reported_as_systemd_sees_it(
    machine: Machine, shown: str, state: Status, word: str
) -> None:
    program_prints(machine, "systemctl", shown)
    found = program_checks.check_service(program_checks.unit(machine), machine)
    assert found.state is state
    assert word in found.seen


def test_a_kernel_that_ignores_memory_limits_is_reported(machine: Machine) -> None:
    put(machine, "/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io pids")
    assert program_checks.check_memory_limit(machine).state is Status.WARNING
    put(machine, "/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids")
    assert program_checks.check_memory_limit(machine).state is Status.GOOD
