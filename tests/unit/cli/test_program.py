"""How the process ends."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from appliance import cli
from appliance.cli.common import PROGRAM

LEFT_BEHIND = """
import threading, time
from appliance import cli

def main(before_work):
    threading.Thread(target=time.sleep, args=(60,), daemon={daemon}).start()
    print("the last word")
    return {status}

cli.main = main
cli.program()
"""


@pytest.mark.slow
@pytest.mark.parametrize("daemon", [True, False])
@pytest.mark.parametrize("status", [0, 1, 2])
def test_a_stage_that_hangs_neither_holds_up_the_end_nor_changes_how_it_is_reported(
    status: int, daemon: bool
) -> None:
    program = LEFT_BEHIND.format(status=status, daemon=daemon)
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=50)
    assert (done.returncode, done.stdout, done.stderr) == (status, "the last word\n", "")


def program(*arguments: str, **how: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "appliance", *arguments]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **how)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit status and what it said to people; never how it looks inside."""
    _, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    return process.returncode, said


@pytest.mark.slow
@pytest.mark.parametrize("command", ["judge", "replay"])
def test_a_name_that_cannot_be_a_file_s_is_reported_like_any_other(command: str) -> None:
    status, said = ended(program(command, "a" * 300))
    assert status == 1
    assert "File name too long" in said


@pytest.mark.slow
def test_an_output_that_takes_no_more_is_reported() -> None:
    with Path("/dev/full").open("w") as full:
        status, said = ended(program("check", "--print-default", stdout=full))
    assert status == 1
    assert "No space left" in said


@pytest.mark.slow
def test_a_reader_that_has_read_enough_of_the_demo_ends_it_without_an_error(tmp_path: Path) -> None:
    demo = program("demo", "--json", "--out", str(tmp_path), stdout=subprocess.PIPE)
    assert demo.stdout is not None
    assert json.loads(demo.stdout.readline())["event"] == "people"
    demo.stdout.close()
    demo.stdout = None
    status, said = ended(demo)
    assert status == 1
    assert "died" not in said


@pytest.mark.slow
def test_a_demo_that_was_told_to_end_does_not_ask_what_went_wrong(tmp_path: Path) -> None:
    demo = program("demo", "--json", "--out", str(tmp_path), stdout=subprocess.PIPE)
    assert demo.stdout is not None
    demo.stdout.readline()
    demo.send_signal(signal.SIGTERM)
    status, said = ended(demo)
    assert status == 128 + signal.SIGTERM
    assert "No photo" not in said


@pytest.mark.slow
def test_a_recording_that_is_told_to_end_keeps_what_it_has(tmp_path: Path) -> None:
    recording = program("record", str(tmp_path / "a.avi"), "--set", "camera.source=scene")
    while recording.poll() is None and not any(
        file.stat().st_size for file in tmp_path.glob(".smart-selfie-*.part.avi")
    ):
        time.sleep(0.05)
    recording.send_signal(signal.SIGTERM)
    status, said = ended(recording)
    assert (status, said) == (0, said)
    assert [file.name for file in tmp_path.iterdir()] == ["a.avi"]


@pytest.mark.slow
def test_a_replay_that_is_told_to_end_leaves_no_half_video_behind(
    tmp_path: Path, mixed_picture: Path
) -> None:
    for number in range(300):
        (tmp_path / f"{number}.png").symlink_to(mixed_picture)
    out = tmp_path / "out"
    out.mkdir()
    replay = program("replay", str(tmp_path), "--save", str(out / "a.mp4"), stdout=subprocess.DEVNULL)
    while replay.poll() is None and not list(out.iterdir()):
        time.sleep(0.05)
    replay.send_signal(signal.SIGTERM)
    status, _ = ended(replay)
    assert status == -signal.SIGTERM
    assert list(out.iterdir()) == []


@pytest.mark.slow
def test_a_file_whose_name_is_not_text_gives_json_all_the_same(tmp_path: Path, mixed_picture: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/\xff.png"
    Path(os.fsdecode(odd)).symlink_to(mixed_picture)
    command = [sys.executable.encode(), b"-m", b"appliance", b"judge", b"--json", odd]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert os.fsencode(json.loads(done.stdout.decode("utf-8"))["file"]) == odd


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "0", "1e300"])
def test_pictures_are_shown_for_a_time_that_there_is(
    seconds: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["replay", str(tmp_path), "--seconds-per-picture", seconds]) == 2
    assert "--seconds-per-picture" in capsys.readouterr().err


@pytest.mark.parametrize(("command", "option"), [("replay", "--plot"), ("judge", "--save")])
def test_nothing_overwrites_what_it_reads(
    command: str, option: str, tmp_path: Path, mixed_picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "a.png"
    mine.write_bytes(mixed_picture.read_bytes())
    assert cli.main([command, str(mine), option, str(mine)]) == 2
    assert "would be overwritten" in capsys.readouterr().err
    assert mine.read_bytes() == mixed_picture.read_bytes()


@pytest.mark.slow
def test_names_are_utf8_whatever_the_locale_is(tmp_path: Path, mixed_picture: Path) -> None:
    card, stick = tmp_path / "Müller", tmp_path / "stick"
    card.mkdir()
    stick.mkdir()
    name = "selfie-000001-20260101-000000.jpg"
    (card / name).write_bytes(mixed_picture.read_bytes())
    settings = tmp_path / "config.yaml"
    settings.write_bytes(f"storage:\n  folder: {card}\n".encode())
    ascii_alone = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "appliance", "export", stick, "--config", settings],
        env={**os.environ, **ascii_alone}, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, (stick / name).is_file()) == (0, True), done.stderr


@pytest.mark.slow
def test_the_program_started_once_more_takes_no_library_from_the_current_folder(tmp_path: Path) -> None:
    (tmp_path / "yaml.py").write_text("print('IMPOSTOR')")
    done = subprocess.run(
        [*PROGRAM, "check", "--print-default"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "IMPOSTOR" not in done.stdout
    assert "storage:" in done.stdout


def test_faults_are_reported_in_the_systems_language_and_json_stays_english(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "de_AT.UTF-8")
    path = tmp_path / "config.yaml"
    path.write_text("rule:\n  min_faces: 0\n")
    assert cli.main(["check", str(path)]) == 2
    assert capsys.readouterr().err == f"{path}, Zeile 2: rule.min_faces = 0: muss 1 oder mehr sein\n"
    assert cli.main(["run", "--config", str(path)]) == 2
    assert "muss 1 oder mehr sein" in capsys.readouterr().err
    assert cli.main(["check", "--json", str(path)]) == 2
    assert json.loads(capsys.readouterr().out)["reason"] == "must be 1 or more"
    monkeypatch.setenv("LC_ALL", "tlh_XX")  # a language that is not there
    assert cli.main(["check", str(path)]) == 2
    assert "must be 1 or more" in capsys.readouterr().err
