"""The doctor: each fault of a Pi is told with what to do. The machine is a folder with the files of one."""

import json
import os
import re
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.config import Config, load_config
from appliance.doctor import board_checks, camera_checks, card, program_checks
from appliance.doctor.finding import Status
from appliance.hw.machine import Machine

UP_TO_DATE = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def put(machine: Machine, path: str, text: str = "") -> Path:
    file = machine.path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def program_says(machine: Machine, name: str, text: str, code: int = 0) -> None:
    tool = put(machine, f"/usr/bin/{name}", f"#!/bin/sh\necho '{text}'\nexit {code}\n")
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)


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
    program_says(machine, "vcgencmd", f"throttled={bits}")
    assert board_checks.check_power(machine).state is power
    assert board_checks.check_speed(machine).state is speed


def test_the_firmware_is_asked_and_not_the_kernel_s_file_which_forgets_within_seconds(
    machine: Machine,
) -> None:
    put(machine, "/sys/devices/platform/soc/soc:firmware/get_throttled", "0\n")
    program_says(machine, "vcgencmd", "throttled=0x50000")
    assert board_checks.check_power(machine).state is Status.WARNING


def test_a_firmware_tool_that_fails_is_not_a_verdict(machine: Machine) -> None:
    program_says(machine, "vcgencmd", "throttled=0x0", code=1)
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


def test_a_folder_that_is_missing_or_cannot_be_written_is_a_fault(machine: Machine) -> None:
    config = Config()
    assert card.check_folder(machine, config).state is Status.UNKNOWN, "where it is not installed"
    machine.path("/etc/smart-selfie").mkdir(parents=True)
    assert card.check_folder(machine, config).state is Status.FAULT
    photos = machine.path(config.storage.folder)
    photos.mkdir(parents=True)
    (photos / "selfie-000001-20261121-120000.jpg").touch()
    found = card.check_folder(machine, config)
    assert (found.state, found.seen) == (Status.GOOD, f"{photos}, 1 photo")


def test_a_card_as_full_as_allowed_is_a_fault(machine: Machine) -> None:
    photos = machine.path(Config().storage.folder)
    photos.mkdir(parents=True)
    about = os.statvfs(photos)
    free_mb = about.f_bavail * about.f_frsize // 1_000_000
    plenty = load_config(None, [("storage.keep_free_mb", 0)])
    none_left = load_config(None, [("storage.keep_free_mb", min(1_000_000, free_mb + 1000))])
    assert card.check_space(machine, plenty).state is Status.GOOD
    assert card.check_space(machine, none_left).state is Status.FAULT


def test_reboots_of_the_rescue_are_reported(machine: Machine) -> None:
    assert card.check_rescues(machine).state is Status.GOOD
    put(machine, "/var/lib/smart-selfie/rescue-reboots", "2\n")
    found = card.check_rescues(machine)
    assert found.state is Status.WARNING
    assert found.seen.startswith("2 reboots")


def test_a_numpy_that_hides_apts_is_a_fault(machine: Machine) -> None:
    elsewhere = Path("/opt/smart-selfie/current/lib/python3.11/site-packages/numpy")
    assert program_checks.check_numpy(machine, elsewhere, "2.2.6").state is Status.UNKNOWN
    of_apt = machine.path("/usr/lib/python3/dist-packages/numpy")
    of_apt.mkdir(parents=True)
    assert program_checks.check_numpy(machine, elsewhere, "2.2.6").state is Status.FAULT
    assert program_checks.check_numpy(machine, of_apt, "1.24.2").state is Status.GOOD


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
    program_says(machine, "systemctl", shown)
    found = program_checks.check_service(program_checks.unit(machine), machine)
    assert found.state is state
    assert word in found.seen


def test_a_kernel_that_ignores_memory_limits_is_reported(machine: Machine) -> None:
    put(machine, "/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io pids")
    assert program_checks.check_memory_limit(machine).state is Status.WARNING
    put(machine, "/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids")
    assert program_checks.check_memory_limit(machine).state is Status.GOOD


def test_the_scene_serves_as_a_camera_and_a_missing_recording_is_reported_with_the_way_out(
    machine: Machine,
) -> None:
    scene = load_config(None, [("camera.source", "scene")])
    assert next(camera_checks.check_camera(scene, machine, running=False)).state is Status.GOOD
    gone = load_config(None, [("camera.source", "replay"), ("camera.recording", "/no/such/file.mp4")])
    (found,) = camera_checks.check_camera(gone, machine, running=False)
    assert found.state is Status.FAULT
    assert found.advice


def test_every_fault_of_the_table_says_what_to_do_and_decides_the_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.yaml").write_text("camera: {source: scene}\nrule: {min_faces: many}\n")
    (tmp_path / "etc/smart-selfie").mkdir(parents=True)
    code = main(["doctor", "--json", "--root", str(tmp_path), "--config", str(tmp_path / "config.yaml")])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 1
    assert {item["name"] for item in found if item["state"] == "fault"} >= {"settings", "folder"}
    assert all(item["advice"] for item in found if item["state"] in {"fault", "warning"})


def test_a_good_machine_ends_with_zero_and_a_readable_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Machine(tmp_path).path(Config().storage.folder).mkdir(parents=True)
    code = main(
        ["doctor", "--root", str(tmp_path), "--set", "camera.source=scene", "--set", "storage.keep_free_mb=0"]
    )
    table = capsys.readouterr().out
    assert code == 0
    assert "FAULT" not in table
    assert "faces can be found and judged" in table


def test_on_a_terminal_faults_stand_out_and_lines_fit(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.delenv("NO_COLOR", raising=False)
    main(["doctor", "--root", str(tmp_path), "--set", "camera.source=scene", "--set", "hardware.led_pin=11"])
    table = capsys.readouterr().out
    assert "\033[33m look\033[0m  settings" in table
    plain = re.sub(r"\033\[[\d;]*m", "", table)
    assert (
        max(len(line) for line in plain.splitlines() if str(tmp_path) not in line and "numpy" not in line)
        <= 60
    )


def test_the_table_is_in_the_systems_language_and_json_in_english(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    command = ["doctor", "--root", str(tmp_path), "--set", "camera.source=scene"]
    main(command)
    table = capsys.readouterr().out
    assert "  Platine       kein Raspberry Pi" in table
    assert "not reported" not in table
    main([*command, "--json"])
    board = json.loads(capsys.readouterr().out.splitlines()[1])
    assert (board["name"], board["seen"]) == ("board", "not a Raspberry Pi")
