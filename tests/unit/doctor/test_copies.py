"""Checks of the program: whether photos wait to be copied elsewhere."""

from pathlib import Path

from appliance.config import Config
from appliance.config.schema import SyncSettings
from appliance.doctor.finding import Status
from appliance.doctor.program_checks import check_copies
from appliance.hw.machine import Machine
from appliance.sync.sync_status import SYSTEM_STATUS, SyncStatus

ON = Config(sync=SyncSettings(enabled=True, remote="cloud:selfies"))


def reported(machine: Machine, **more: object) -> None:
    path = machine.path(SYSTEM_STATUS)
    path.parent.mkdir(parents=True, exist_ok=True)
    values = {"remote": "cloud:selfies", "waiting": 0, "there": 7, **more}
    SyncStatus(**values).write(path)  # type: ignore[arg-type]


def test_copying_that_is_off_is_in_order(tmp_path: Path) -> None:
    assert check_copies(Machine(tmp_path), Config()).state is Status.GOOD


def test_copying_that_does_not_run_is_told_with_what_to_do(tmp_path: Path) -> None:
    finding = check_copies(Machine(tmp_path), ON)
    assert finding.state is Status.WARNING
    assert "enable --now smart-selfie-sync" in finding.advice


def test_photos_that_wait_are_counted_with_their_reason(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    reported(machine)
    assert check_copies(machine, ON).seen == "7 photos are at cloud:selfies, 0 wait"
    reported(machine, waiting=3, problem="it is full (507)", since=1.0)
    finding = check_copies(machine, ON)
    assert finding.state is Status.WARNING
    assert "3 photos wait for cloud:selfies: it is full" in finding.seen
