"""The report of a board, for somebody who helps: everything that counts, nothing personal."""

import getpass
import json
import socket
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.clock import MonotonicClock, VirtualClock
from appliance.config import Config, load_config
from appliance.doctor.finding import Finding, Status
from appliance.doctor.on_board import Trial, appliance_stopped, board_report
from appliance.hw.machine import Machine
from tests.support.machine_folder import program_prints, put
from tests.support.pi_cameras import Board
from tests.support.pi_sensors import SENSORS

QUICK = {"camera": 0.3, "load": 0.3, "hand": 0.1}


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


def test_a_laptop_says_what_cannot_be_seen_and_ends_good(machine: Machine) -> None:
    told: list[str] = []
    scene = load_config(None, [("camera.source", "scene")])
    found = list(board_report(scene, machine, MonotonicClock(), Trial(told.append, **QUICK)))
    names = by_name(found)
    assert not [finding for finding in found if finding.state is Status.FAULT]
    assert "cannot be tested" in names["report"].seen
    assert names["hand test"].state is names["power"].state is Status.UNKNOWN
    assert names["camera"].facts["rate"] > 1
    stages = [finding.facts["stage"] for finding in found if finding.name == "stage"]
    assert stages[0] == "capture"
    assert "find faces" in stages
    assert len(told) == 3


def test_a_board_s_report_has_camera_mode_light_memory_heat_and_versions(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = VirtualClock()
    Board(SENSORS["imx708"], clock).install(monkeypatch)
    put(machine, "/proc/device-tree/model", "Raspberry Pi 4 Model B Rev 1.4\0")
    put(machine, "/proc/meminfo", "MemTotal: 3881024 kB\nCmaTotal: 524288 kB\nCmaFree: 480000 kB\n")
    put(machine, "/sys/class/thermal/thermal_zone0/temp", "61234")
    program_prints(machine, "vcgencmd", "throttled=0x50000")
    config = load_config(None, [("camera.source", "picamera2"), ("camera.picture_size", [640, 360])])
    names = by_name(list(board_report(config, machine, clock, Trial(camera=2, load=1, hand=0))))
    assert names["camera"].seen == "30.0 frames a second over 2 s, longest gap 33 ms"
    assert names["field of view"].facts["mode"] == [2304, 1296]
    assert "exposure_ms 0.026 to" in names["exposure"].seen
    assert "now ExposureTime 9984, Lux 210.5" in names["exposure"].seen
    assert names["memory"].facts["cma_total_mb"] == 536
    assert names["heat, loaded"].seen == "61 °C before, 61 °C under load"
    assert names["power, loaded"].state is Status.WARNING
    assert names["versions"].facts["smart-selfie"]


def test_nothing_personal_is_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.yaml").write_text("camera: {source: replay, recording: /home/alice/party.mp4}\n")
    arguments = ["--root", str(tmp_path), "--config", str(tmp_path / "config.yaml")]
    assert main(["doctor", "--board", "--json", *arguments]) == 1
    (tmp_path / "config.yaml").write_text("web: {password: hunter2}\n")
    assert main(["doctor", "--board", *arguments, "--set", "camera.source=replay"]) == 1
    told = capsys.readouterr()
    for word in ("alice", "hunter2", str(tmp_path), socket.gethostname() + ".", f"/{getpass.getuser()}/"):
        assert word not in told.out + told.err
    assert {"name", "state", "seen", "advice", "facts"} == set(json.loads(told.out.splitlines()[0]))


@pytest.mark.parametrize(
    ("refused", "looks", "stopped", "asked"),
    [
        (False, 3, True, ["stop", "start"]),  # it takes a second until the camera is free
        (False, 1000, False, ["stop", "start"]),
        (True, 1000, False, ["stop"]),
        (False, 0, True, []),  # it did not run
    ],
)
def test_the_appliance_is_stopped_for_it_and_started_again(
    machine: Machine, refused: bool, looks: int, stopped: bool, asked: list[str]
) -> None:
    log = machine.path("/asked")
    put(
        machine,
        "/usr/bin/systemctl",
        f"""#!/bin/sh
echo "$1" >>{log}
state=active
[ "$(grep -c show {log})" -le {looks} ] || state=inactive
[ "$1" != show ] || printf 'LoadState=loaded\\nActiveState=%s\\n' $state
[ "$1" != stop ] || exit {int(refused)}
""",
    ).chmod(0o755)
    with appliance_stopped(machine, VirtualClock()) as is_stopped:
        assert is_stopped is stopped
    assert [line for line in log.read_text().split() if line != "show"] == asked
    if not stopped:
        found = by_name(list(board_report(Config(), machine, VirtualClock())))
        assert found["report"].state is Status.FAULT
        assert "sudo" in found["report"].advice
