"""One run: what a program is given, and what it cannot do."""

import threading
import time
from pathlib import Path

import pytest

from appliance.clock import MonotonicClock
from appliance.hooks.execution import MOST_SAID, Ended, execute


def run(folder: Path, script: str, seconds: float = 20.0, stop: threading.Event | None = None) -> Ended:
    program = folder / "program"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    environment = {"PATH": "/usr/bin:/bin", "SELFIE_NUMBER": "7"}
    clock, photo = MonotonicClock(), folder / "photo.jpg"
    return execute(program, photo, environment, clock, seconds, stop or threading.Event())


def test_it_gets_the_photo_and_its_variables_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "of the service")
    ended = run(tmp_path, 'echo "$1 $SELFIE_NUMBER [$SECRET]"; read line || echo no input')
    assert ended == Ended(0, f"{tmp_path}/photo.jpg 7 []\nno input")


def test_its_failure_and_its_words_are_told(tmp_path: Path) -> None:
    assert run(tmp_path, "echo out of paper >&2; exit 3") == Ended(3, "out of paper")


def test_one_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "still-there"
    began = time.monotonic()
    ended = run(tmp_path, f"(sleep 3; touch {mark}) & trap '' TERM; sleep 60", seconds=0.3)
    assert ended.status is None
    assert time.monotonic() - began < 20
    time.sleep(3.2)
    assert not mark.exists()


def test_one_that_says_megabytes_costs_no_memory(tmp_path: Path) -> None:
    ended = run(tmp_path, "head -c 3000000 /dev/zero | tr '\\0' x; echo end")
    assert ended.status == 0
    assert len(ended.said) <= MOST_SAID


def test_one_that_leaves_something_running_does_not_hold_up_the_next(tmp_path: Path) -> None:
    began = time.monotonic()
    assert run(tmp_path, "sleep 60 & echo done").said == "done"
    assert time.monotonic() - began < 20


def test_a_file_that_is_no_program_is_told(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF not really")
    program.chmod(0o755)
    ended = execute(program, tmp_path, {}, MonotonicClock(), 5.0, threading.Event())
    assert ended.status == 127
    assert ended.said


def test_a_stop_ends_it(tmp_path: Path) -> None:
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    began = time.monotonic()
    assert run(tmp_path, "sleep 60", stop=stop).status is None
    assert time.monotonic() - began < 20
