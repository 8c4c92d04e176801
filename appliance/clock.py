"""The one clock. Monotonic: a Pi has no battery clock, and NTP may jump it by years after boot."""

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Source of time: seconds since a fixed moment, never going back."""

    def now(self) -> float:
        """Return the time in seconds, monotonic."""
        ...

    def wait_until(self, moment: float, stop: threading.Event | None = None) -> bool:
        """Wait until ``moment`` and return False, or return True as soon as ``stop`` is set."""
        ...


class MonotonicClock:
    """Real time, from the kernel's monotonic clock."""

    def now(self) -> float:
        """Return the seconds since boot (on Linux)."""
        return time.monotonic()

    def wait_until(self, moment: float, stop: threading.Event | None = None) -> bool:
        """Sleep until ``moment`` or until ``stop`` is set."""
        event = stop or threading.Event()
        return event.wait(max(0.0, moment - time.monotonic()))


class VirtualClock:
    """Time that passes only when somebody waits: replay is as fast as the machine, and repeatable."""

    def __init__(self, start: float = 0.0) -> None:
        self._now = start

    def now(self) -> float:
        """Return the seconds since the start of the recording."""
        return self._now

    def wait_until(self, moment: float, stop: threading.Event | None = None) -> bool:
        """Jump to ``moment`` (never back)."""
        self._now = max(self._now, moment)
        return stop is not None and stop.is_set()
