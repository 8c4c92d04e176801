"""Detection of missing frames, by the intervals between earlier ones. Pure."""

import math
from collections import deque

GAP_SECONDS = 1.0
"""Gap in seconds after which the state of the scene is unknown."""
GAP_FRAMES = 2.5
"""Gap in frame times instead, for cameras of one to five frames per second."""
LONGEST_GAP_SECONDS = 2.5
"""Limit for any camera: ``camera.frame_rate`` is at least 1."""
_REMEMBERED = 4
"""Intervals remembered. The shortest of them counts: a stalling camera is not a slow one."""


class FrameGap:
    """Times of the last frames, seconds."""

    def __init__(self) -> None:
        self._last = -math.inf
        self._intervals: deque[float] = deque(maxlen=_REMEMBERED)

    def step(self, now: float) -> tuple[bool, bool]:
        """Return whether earlier knowledge is out of date, and whether because of a gap.

        It is also out of date at the first frame and where time went back.
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
