"""Counters of a stage: items and times."""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(slots=True)
class Counters:
    """Items and times of one stage. ``cpu`` and ``wall`` in seconds, ``slowest`` in seconds of wall time."""

    done: int = 0
    dropped: int = 0
    cpu: float = 0.0
    wall: float = 0.0
    slowest: float = 0.0

    def add(self, cpu: float, wall: float) -> None:
        """Count one item."""
        self.done += 1
        self.cpu += cpu
        self.wall += wall
        self.slowest = max(self.slowest, wall)

    def report(self) -> dict[str, float]:
        """Return the counters for JSON, times in milliseconds per item."""
        count = max(1, self.done)
        return {
            "done": self.done,
            "dropped": self.dropped,
            "cpu_ms": round(1000 * self.cpu / count, 2),
            "wall_ms": round(1000 * self.wall / count, 2),
            "slowest_ms": round(1000 * self.slowest, 1),
        }

    def __str__(self) -> str:
        count = max(1, self.done)
        return (
            f"{self.done} done, {self.dropped} dropped, {1000 * self.cpu / count:.1f} ms CPU, "
            f"{1000 * self.wall / count:.1f} ms, slowest {1000 * self.slowest:.0f} ms"
        )


class StageCounters(NamedTuple):
    """Counters of one stage, and the name of its line."""

    line: str
    stage: str
    counters: Counters
