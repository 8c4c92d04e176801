"""Interface to systemd: readiness, a heartbeat, a readable journal."""

import contextlib
import logging
import os
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from appliance.errors import StorageError

_SEND_SECONDS = 1.0


def directory(kind: str, environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the first directory that systemd made for this service; None where it made none.

    ``kind`` is STATE, RUNTIME or CACHE (systemd.exec(5), StateDirectory= and so on).
    """
    first = environ.get(f"{kind}_DIRECTORY", "").partition(":")[0]
    return Path(first) if first else None


class Notifier:
    """Reports the state of the service to systemd by sd_notify(3). Does nothing without systemd.

    A message that cannot be sent is dropped: systemd then misses the heartbeat and restarts the service.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address

    def ready(self) -> None:
        """Report that start-up is complete."""
        self._send("READY=1")

    def status(self, text: str) -> None:
        """Set the line shown by ``systemctl status``."""
        self._send("STATUS=" + " ".join(text.split()))

    def watchdog(self) -> None:
        """Send a heartbeat. Call it where work was done, and only then."""
        self._send("WATCHDOG=1")

    def stopping(self, seconds: float = 0.0) -> None:
        """Report that shutting down has begun; it may take ``seconds`` from now; 0: TimeoutStopSec."""
        more = f"\nEXTEND_TIMEOUT_USEC={seconds * 1_000_000:.0f}" if seconds else ""
        self._send("STOPPING=1" + more)

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender,
        ):
            sender.settimeout(_SEND_SECONDS)
            sender.sendto(message.encode(), self._address)


def ask_for_power_off(environ: Mapping[str, str] = os.environ) -> None:
    """Request power-off by a file: smart-selfie-power-off.path acts on it, since this process may not.

    The file is removed with the service, so that none is left at the next start. Raises StorageError.
    """
    folder = directory("RUNTIME", environ) or Path("/run/smart-selfie")
    try:
        (folder / "power-off").touch()
    except OSError as error:
        raise StorageError(
            f"Power-off cannot be requested in {folder}: {error.strerror}", "Install it with setup.sh"
        ) from error


class JournalFormatter(logging.Formatter):
    """Formatter that puts the priority first (sd-daemon(3)); the journal adds time and name itself."""

    PRIORITIES = (
        (logging.CRITICAL, 2),
        (logging.ERROR, 3),
        (logging.WARNING, 4),
        (logging.INFO, 6),
        (logging.NOTSET, 7),
    )

    def format(self, record: logging.LogRecord) -> str:
        """Return the record with the priority on every line: the journal splits at line ends."""
        priority = next(number for level, number in self.PRIORITIES if record.levelno >= level)
        return "\n".join(f"<{priority}>{line}" for line in super().format(record).splitlines() or [""])


class PlainFormatter(logging.Formatter):
    """Formatter for a terminal: the message, with its level from warning on."""

    def format(self, record: logging.LogRecord) -> str:
        """Return ``warning: …`` or ``error: …``, other levels without a prefix."""
        text = super().format(record)
        return f"{record.levelname.lower()}: {text}" if record.levelno >= logging.WARNING else text


def setup_logging(verbose: bool = False, stream: TextIO | None = None) -> None:
    """Send the log to ``stream`` (standard error) in the form for its reader; replaces earlier handlers."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JournalFormatter() if is_journal(stream) else PlainFormatter())
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(True)


def is_journal(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether ``stream`` is the journal: its device and inode are those that systemd named."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):  # closed, or not a file at all
        return False
    return environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def process_uptime(stat: Path = Path("/proc/self/stat")) -> float:
    """Return the seconds since the kernel started this process, with Python's start-up (proc_pid_stat(5)).

    Resolution: a clock tick, usually 0.01 s.
    """
    after_name = stat.read_text().rpartition(")")[2].split()  # the name may hold spaces and brackets
    started = int(after_name[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started
