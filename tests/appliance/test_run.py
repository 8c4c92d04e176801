"""The process as systemd and a shell see it: ready, stopped, broken."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from appliance.cli import main
from appliance.cli.parser import COMMANDS

SCENE = ["--set", "camera.source=scene", "--set", "storage.keep_free_mb=0"]


@contextmanager
def appliance(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """``smart-selfie run`` on the scene, photos in ``folder``; killed at the end if need be."""
    command = [sys.executable, "-m", "appliance", "run", *SCENE, "--set", f"storage.folder={folder}"]
    process = subprocess.Popen(
        [*command, *arguments], stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(process: subprocess.Popen[str], words: str) -> list[str]:
    """The lines of its journal up to the one with ``words``."""
    lines = []
    assert process.stderr is not None
    for line in process.stderr:
        lines.append(line)
        if words in line:
            return lines
    pytest.fail(f"{words!r} never came:\n{''.join(lines)}")


@pytest.mark.slow
def test_it_says_when_it_is_ready_takes_a_photo_and_stops_when_told(tmp_path: Path) -> None:
    with appliance(tmp_path) as process:
        journal = wait_for(process, "Ready")
        assert any("camera: demo scene" in line for line in journal)
        assert "s after start" in journal[-1]
        wait_for(process, "Photo")
        told = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert time.monotonic() - told < 5  # 2 s are promised; a busy test machine gets more
    (photo,) = tmp_path.glob("*.jpg")
    with Image.open(photo) as picture:
        assert picture.size == (1280, 720)
    assert photo.stat().st_mode & 0o777 == 0o640


@pytest.mark.slow
def test_on_request_it_prints_what_each_stage_has_done(tmp_path: Path) -> None:
    with appliance(tmp_path) as process:
        wait_for(process, "Ready")
        process.send_signal(signal.SIGUSR1)
        lines = wait_for(process, "keep photo:")
        for stage in ("capture", "find faces", "judge expressions", "follow people", "decide"):
            assert any(f"{stage}: " in line and " dropped" in line for line in lines), stage


@pytest.mark.slow
def test_without_pins_it_runs_all_the_same_and_says_so_once(tmp_path: Path) -> None:
    with appliance(tmp_path) as process:
        lines = wait_for(process, "Ready")
        if not list(Path("/dev").glob("gpiochip*")):
            assert sum("simulated" in line for line in lines) == 1


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--set", "storage.folder=/no/such/folder"], 1, "/no/such/folder"),
        (["--set", "camera.source=picamera2"], 1, "camera"),
        (["--set", "camera.source=webcam", "--set", "camera.device=63"], 1, "Webcam 63 not found"),
        (["--set", "camera.source=replay", "--set", "camera.recording=absent.mp4"], 1, "absent.mp4"),
        (["--set", "hardware.led_pin=27"], 2, "used twice"),
        (["--set", "rule.expression=joy"], 2, "unknown expression 'joy'"),
        (["--config", "absent.yaml"], 2, "absent.yaml"),
        (["--set", "nonsense"], 2, "nonsense"),
    ],
)
@pytest.mark.usefixtures("process_as_before")
def test_what_keeps_it_from_starting_is_said_in_one_clear_message(
    tmp_path: Path,
    arguments: list[str],
    status: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    assert main(["run", *SCENE, "--set", f"storage.folder={tmp_path}", *arguments]) == status
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--set", "storage.folder=/no/such/folder"], 1, "/no/such/folder"),
        (["--set", "nonsense"], 2, "nonsense"),
    ],
)
def test_the_process_ends_with_the_exit_code_that_systemd_looks_at(
    tmp_path: Path, arguments: list[str], status: int, words: str
) -> None:
    with appliance(tmp_path, *arguments) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == status
    assert words in errors
    assert "Traceback" not in errors


def test_the_program_explains_itself() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "appliance", "--help"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0
    assert "usage: smart-selfie" in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: smart-selfie {command}" in capsys.readouterr().out


def test_an_unknown_command_is_bad_usage() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "appliance", "dance"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
