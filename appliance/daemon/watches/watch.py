"""Interface of watches: one thing each, polled by the main loop or shown every decision."""

import math
from abc import ABC, abstractmethod

from appliance.records.decision import Decision


class Watch(ABC):
    """Checks one thing every ``interval`` seconds; 0: as often as it is polled. Main thread only."""

    interval: float = 0.0
    _next: float = -math.inf

    def poll(self, now: float) -> None:
        """Check, if it is time to; called about twice a second. ``now`` in seconds, monotonic."""
        if now >= self._next:
            self._next = now + self.interval
            self.check()

    @abstractmethod
    def check(self) -> None:
        """Check now."""


class FrameWatch(ABC):
    """Watches what the frames tell. Only the pipeline's thread calls it."""

    @abstractmethod
    def observe(self, decision: Decision) -> None:
        """Take in one more frame and what was decided on it; must be quick."""
