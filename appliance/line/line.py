"""A line: stages in a row, and the observers of what passes between them."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from appliance.clock import Clock
from appliance.line.counters import Counters
from appliance.line.stage import In, Out, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Station(Generic[In, Out]):
    """A stage of a line, and the observers of the edge behind it.

    Observers are called with everything that the stage gives out, before it goes on, in the stage's thread
    and as part of its time: they must be quick. One that raises ends the process, as a stage does.
    """

    stage: Stage[In, Out]
    observers: Sequence[Callable[[Out], None]] = ()

    def process(self, item: In, counters: Counters, clock: Clock) -> Sequence[Out]:
        """Return what becomes of ``item``, observed and counted."""
        cpu, wall = time.thread_time(), clock.now()
        results = self._observed(self.stage.process(item))
        counters.add(time.thread_time() - cpu, clock.now() - wall)
        return results

    def flush(self) -> Sequence[Out]:
        """Return what the stage held back, observed."""
        return self._observed(self.stage.flush())

    def _observed(self, results: Iterable[Out]) -> Sequence[Out]:
        results = tuple(results)
        for result in results:
            for observe in self.observers:
                observe(result)
        return results


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Steps in a row; what the last one gives out enters the next line.

    ``limit``: items under way in all inboxes and stages of the line together, beyond which a new one takes
    the place of one that waits; None: what the inboxes hold. ``drain_seconds``: how long a stop waits for
    the items under way.
    """

    name: str
    stations: Sequence[Station[Any, Any]]
    drain_seconds: float
    limit: int | None = None
