"""Copying by rclone (https://rclone.org): one run for a few photos, and its failures in words."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.clock import Clock
from appliance.config.schema import SyncSettings
from appliance.errors import ApplianceError

MOST_SECONDS = 3600.0
"""Of one run; rclone itself gives up a connection on which nothing moves for a minute."""
_POLL_SECONDS = 0.2
MOST_LOG_BYTES = 64 * 1024
_END_SECONDS = 5.0
_OPTIONS = (
    "--checksum",  # what is there is compared by hash where the remote has one, else by size
    "--no-traverse",
    "--transfers=2",
    "--checkers=2",
    "--retries=1",  # the sender tries again, with a pause
    "--low-level-retries=3",
    "--contimeout=15s",
    "--timeout=60s",
    "--buffer-size=0",
    "--use-mmap",
    "--log-level=ERROR",
    "--stats=0",
)
_ENVIRONMENT = {"GOMEMLIMIT": "64MiB", "GOGC": "25", "RCLONE_ASK_PASSWORD": "false"}

_STAMP = re.compile(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d (ERROR|CRITICAL|NOTICE) ?: ")
_WORDS = (
    (
        r"didn't find section in config file|config file .* not found",
        "the remote is not set up: rclone config",
    ),
    (r"couldn't find type of|unknown (backend|remote) type", "this rclone does not know that kind of remote"),
    (r"x509|certificate|RequestTimeTooSkewed|clock", "its certificate is not trusted, or the clock is wrong"),
    (r"\b507\b|insufficient storage|quota|no space left|disk full|EntityTooLarge|ENOSPC", "it is full"),
    (
        r"\b40[13]\b|unauthori[sz]ed|forbidden|invalid_grant|InvalidAccessKey|SignatureDoesNotMatch|AccessDenied"
        r"|unable to authenticate|handshake failed|password|permission denied|token expired",
        "it refuses the user, the password or the key",
    ),
    (
        r"no such host|lookup |network is unreachable|no route|connection refused|connection reset|timeout"
        r"|timed out|broken pipe|EOF|dial tcp|deadline exceeded|\b50[0234]\b",
        "it cannot be reached",
    ),
)
"""Failures by what rclone and its libraries write of them, the surest first."""


@dataclass(frozen=True, slots=True)
class CopyResult:
    """Result of a run; ``problem`` in words is empty where all is there. ``stopped``: it was told to end."""

    problem: str = ""
    stopped: bool = False


class Rclone:
    """Copies photos of ``folder`` to the remote of ``settings``. Raises ApplianceError without rclone."""

    def __init__(self, settings: SyncSettings, folder: Path, clock: Clock) -> None:
        program = shutil.which("rclone")
        if program is None:
            raise ApplianceError("rclone is not installed", "sudo apt install rclone")
        limit = settings.most_kb_per_second
        self._folder = folder
        self._clock = clock
        self._command = (
            *(program, "copy", *_OPTIONS, f"--config={settings.config_file}"),
            *([f"--bwlimit={limit}k"] if limit else []),
            *("--files-from-raw=-", "--", str(folder), settings.remote),
        )

    def copy(self, names: Sequence[str], stop: threading.Event) -> CopyResult:
        """Copy the photos ``names``, until ``stop``; one that is there already costs a question."""
        with tempfile.TemporaryFile() as log, tempfile.TemporaryFile() as wanted:
            wanted.write("".join(f"{name}\n" for name in names).encode())
            wanted.seek(0)
            process = subprocess.Popen(
                self._command,
                stdin=wanted,
                stdout=log,
                stderr=log,
                env={**os.environ, **_ENVIRONMENT},
                start_new_session=True,
            )
            end = self._clock.now() + MOST_SECONDS
            try:
                while process.poll() is None:
                    if self._clock.now() > end:
                        return CopyResult(f"it took longer than {MOST_SECONDS:.0f} s for {len(names)} photos")
                    if self._clock.wait_until(self._clock.now() + _POLL_SECONDS, stop):
                        return CopyResult(stopped=True)
            finally:
                _end(process)
            if process.returncode == 0:
                return CopyResult()
            log.seek(max(0, log.seek(0, os.SEEK_END) - MOST_LOG_BYTES))
            return CopyResult(failure_in_words(log.read().decode("utf-8", "replace")))


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Let no process of the run go on: it would write beside the next."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.killpg(process.pid, number)
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            continue


def failure_in_words(log: str) -> str:
    """Return what went wrong by rclone's log, with its own last line."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    last = (
        re.sub(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d (ERROR|CRITICAL|NOTICE) ?: ", "", lines[-1]) if lines else ""
    )
    for pattern, words in _WORDS:
        if any(re.search(pattern, line, re.IGNORECASE) for line in lines):
            return f"{words} ({last[:200]})"
    return last[:300] or "rclone failed without a word"
