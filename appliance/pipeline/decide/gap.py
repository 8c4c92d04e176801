"""Whether frames are missing before this one: measured by how often they have been coming. Pure."""

import math
from collections import deque

GAP_SECONDS = 1.0
"""After a gap this long nobody knows what went on meanwhile."""
GAP_FRAMES = 2.5
"""A camera of one to five frames a second has longer gaps than that: then so many frame times."""
LONGEST_GAP_SECONDS = 2.5
"""However slow it has been: ``camera.frame_rate`` is 1 at least."""
_REMEMBERED = 4
"""Intervals looked back at. The shortest of them counts: one that stalls is no slow camera."""


class FrameGap:
    """Remembers the last frames' times, in seconds."""

    def __init__(self) -> None:
        self._last = -math.inf
        self._intervals: deque[float] = deque(maxlen=_REMEMBERED)

    def step(self, now: float) -> tuple[bool, bool]:
        """Return whether what was known is out of date, and whether because of a gap.

        Out of date it is also at the first frame and where time went back.
        """
        elapsed = now - self._last
        allowed = GAP_SECONDS
        if self._intervals:
            allowed = max(allowed, min(LONGEST_GAP_SECONDS, GAP_FRAMES * min(self._intervals)))
        self._last = now
        if elapsed < 0:
            self._intervals.clear()
        elif 0 < elapsed < math.inf:
            self._intervals.append(elapsed)
        away = allowed < elapsed < math.inf
        return away or elapsed < 0 or elapsed == math.inf, away
