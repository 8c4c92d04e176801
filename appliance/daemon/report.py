"""The counters of the stages in the journal: every minute, and on request."""

import logging
import threading
from collections.abc import Callable, Sequence

from appliance.daemon.watches.watch import Watch
from appliance.line.counters import StageCounters

log = logging.getLogger(__name__)


class Report(Watch):
    """Logs ``counters`` every minute from ``start`` on (seconds, monotonic), and when ``asked`` is set."""

    interval = 60.0

    def __init__(
        self, counters: Callable[[], Sequence[StageCounters]], asked: threading.Event, start: float
    ) -> None:
        self._counters = counters
        self._asked = asked
        self._next = start + self.interval

    def poll(self, now: float) -> None:
        """See :class:`Watch`."""
        if self._asked.is_set():
            self._asked.clear()
            self._next = now
        super().poll(now)

    def check(self) -> None:
        """Log the counters, one line per stage."""
        for stage in self._counters():
            log.info("%s: %s", stage.stage, stage.counters)
