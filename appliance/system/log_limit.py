"""Bounds what strangers can make a log hold: so many lines a minute of each kind."""

import contextlib
import logging
import threading
from collections.abc import Iterator

from appliance.clock import Clock

MOST_A_PERIOD = 10
"""Lines of one kind in PERIOD_SECONDS; the journal keeps 16 MB in all (systemd/journal.conf)."""
PERIOD_SECONDS = 60.0

_Kind = tuple[str, int, str, int]


class LogLimit(logging.Filter):
    """Filter for a handler or a logger. A kind is the place in the code that logs; there are only so many.

    The last line before others are left out says so, and the first one after that says how many were.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[_Kind, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether ``record`` is logged."""
        kind = (record.name, record.levelno, record.pathname, record.lineno)
        now = self._clock.now()
        with self._lock:
            since, count = self._seen.get(kind, (now, 0))
            left_out = 0
            if now - since >= PERIOD_SECONDS:
                left_out, since, count = max(0, count - MOST_A_PERIOD), now, 0
            self._seen[kind] = (since, count + 1)
        if count >= MOST_A_PERIOD:
            return False
        if left_out:
            _add(record, f" ({left_out} lines like this were left out before)")
        elif count == MOST_A_PERIOD - 1:
            _add(record, " (more lines like this are left out for a minute)")
            record.exc_info = record.exc_text = None
        return True


@contextlib.contextmanager
def limited_log(clock: Clock) -> Iterator[None]:
    """Bound what the handlers of the root logger take while the block runs, whichever library logs."""
    limits = [(handler, LogLimit(clock)) for handler in logging.getLogger().handlers]
    for handler, limit in limits:
        handler.addFilter(limit)
    try:
        yield
    finally:
        for handler, limit in limits:
            handler.removeFilter(limit)


def _add(record: logging.LogRecord, words: str) -> None:
    record.msg, record.args = record.getMessage() + words, None
