"""Interfaces of watches: each checks one thing, polled by the main loop or given every decision."""

import math
from abc import ABC, abstractmethod

from appliance.records.decision import Decision


class Watch(ABC):
    """Check of one thing every ``interval`` seconds; 0: as often as it is polled. Main thread only."""

    interval: float = 0.0
    _next: float = -math.inf

    def poll(self, now: float) -> None:
        """Check if it is due; called about twice a second. ``now`` in seconds, monotonic."""
        if now >= self._next:
            self._next = now + self.interval
            self.check()

    @abstractmethod
    def check(self) -> None:
        """Check now."""


class FrameWatch(ABC):
    """Watch of the decided frames. Only the pipeline's thread calls it."""

    @abstractmethod
    def observe(self, decision: Decision) -> None:
        """Process one more frame and the decision on it; must be quick."""
