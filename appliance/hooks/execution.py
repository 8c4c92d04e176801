"""One run of one program: bounded in time and in what it says."""

import os
import selectors
import signal
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from appliance.clock import Clock

MOST_SAID = 2000
"""Bytes of a program's output that are kept, the first; the rest is read and dropped."""
_POLL_SECONDS = 0.1
_END_SECONDS = 2.0
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: its exit status (negative for a signal), None where it took too long; what it said."""

    status: int | None
    said: str = ""


def execute(
    program: Path,
    photo: Path,
    environment: Mapping[str, str],
    clock: Clock,
    seconds: float,
    stop: threading.Event,
) -> Ended:
    """Run ``program`` with the photo's path as its argument, for at most ``seconds``.

    What it started and left behind in its process group ends with it.
    """
    try:
        process = subprocess.Popen(
            [program, photo],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            start_new_session=True,
        )
    except OSError as error:
        return Ended(127, error.strerror or "cannot be started")
    said = bytearray()
    end = clock.now() + seconds
    assert process.stdout is not None
    try:
        with selectors.DefaultSelector() as selector, process.stdout as pipe:
            os.set_blocking(pipe.fileno(), False)
            selector.register(pipe, selectors.EVENT_READ)
            while process.poll() is None and clock.now() < end and not stop.is_set():
                selector.select(_POLL_SECONDS)
                _take(pipe.fileno(), said)
                if len(said) >= MOST_SAID:  # it may say more than anybody can read: it waits its turn
                    clock.wait_until(clock.now() + _POLL_SECONDS / 10, stop)
            _take(pipe.fileno(), said)
    finally:
        status = process.poll()
        _end(process)
    return Ended(status, said.decode("utf-8", "backslashreplace").strip())


def _take(pipe: int, said: bytearray) -> None:
    try:
        piece = os.read(pipe, _PIECE)
    except BlockingIOError:
        return
    said += piece[: MOST_SAID - len(said)]


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the whole group: first by request, then by force."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    process.wait()
