"""Pace of finding and judging: what a board does with what it can, and what the rule waits for.

Every frame that may become the photo is judged in full. Until then work is left out that changes nothing, and
on a board that is too slow for the rest, as much as its cost demands. Where the cost is stated instead of
measured, as in a replay, the pace depends on the frames alone.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from appliance.records.decision import Decision
from appliance.records.frame import Box

log = logging.getLogger(__name__)

IDLE_SHARE, BUSY_SHARE = 0.35, 0.8
"""Share of a core that finding, and likewise judging, may take: while nobody is in view or it is disarmed, so
that with all else it stays below 0.6 of a core, and else, with a core for each of the two."""
NEWEST = 0.1
"""Weight of the newest measurement in the average cost."""

Result = TypeVar("Result")


class Meter:
    """Cost of one kind of work, seconds of a core for a piece of it: measured, or as ``stated``."""

    def __init__(self, stated: float | None = None, timer: Callable[[], float] = time.thread_time) -> None:
        self._measured = stated is None
        self._timer = timer
        self.seconds = stated or 0.0

    def run(self, work: Callable[[], Result]) -> Result:
        """Do a piece of work and count it."""
        if not self._measured:
            return work()
        started = self._timer()
        result = work()
        taken = self._timer() - started
        self.seconds += (NEWEST if self.seconds else 1.0) * (taken - self.seconds)
        return result


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the rule waits for, as of the newest decision.

    ``idle``: nobody who counts is in view, or it is disarmed. ``lacking``: how many more people must show the
    expression; 0: any frame may become the photo. ``settled``: boxes of those for whom nobody waits.
    """

    idle: bool = False
    lacking: int = 0
    settled: tuple[Box, ...] = ()


class Pace:
    """Costs of a search and of a judgement, and what the rule waits for. Each attribute has one writer.

    ``search`` and ``judgement`` state the costs, seconds of a core; None: they are measured.
    """

    def __init__(self, search: float | None = None, judgement: float | None = None) -> None:
        self.search, self.judgement = Meter(search), Meter(judgement)
        self.wanted = Wanted()

    @property
    def share(self) -> float:
        """Share of a core that finding, and likewise judging, may take."""
        return IDLE_SHARE if self.wanted.idle else BUSY_SHARE

    def observe(self, decision: Decision) -> None:
        """Note what the rule waits for. Called with every decision."""
        people = [showing for showing in decision.people if showing.person.seen]
        self.wanted = Wanted(
            idle=not decision.armed or not any(showing.person.counts for showing in people),
            lacking=decision.lacking,
            settled=tuple(
                showing.person.face.box
                for showing in people
                if showing.shows or showing.person.too_far or not showing.person.counts
            ),
        )


def unlimited() -> Pace:
    """Return the pace of a board for which nothing costs anything."""
    return Pace(0.0, 0.0)


class Notice:
    """A warning that is logged once, when its reason has been there ``times`` times in a row."""

    def __init__(self, times: int) -> None:
        self._left = self._times = times

    def check(self, slow: bool, message: str, *values: float) -> None:
        """Count this time; log the message if it is the last of the row."""
        if self._left <= 0:
            return
        self._left = self._left - 1 if slow else self._times
        if self._left == 0:
            log.warning(message, *values)
