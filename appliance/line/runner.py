"""Execution of lines: with a thread for each stage (live) or inline (replay, still pictures)."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from appliance.clock import Clock
from appliance.errors import ApplianceError, StageError
from appliance.line.counters import Counters, StageCounters
from appliance.line.line import Line, Station
from appliance.line.worker import Worker
from appliance.records.frame import Frame

log = logging.getLogger(__name__)

_TOLD_AS_IT_IS = (ApplianceError, BrokenPipeError)
"""Errors that explain themselves; a closed output pipe is not a fault of a stage."""


class Runner:
    """Runs every frame of ``source`` through ``lines``, one after the other.

    ``source`` yields frames until it ends by itself or ``stop`` is set; it must not wait longer than that.
    """

    def __init__(
        self, source: Iterable[Frame], lines: Sequence[Line], clock: Clock, stop: threading.Event
    ) -> None:
        self._source = source
        self._lines = tuple(lines)
        self._stations: list[Station[Any, Any]] = [station for line in lines for station in line.stations]
        self._clock = clock
        self._stop = stop
        self._error: BaseException | None = None
        self._ended = threading.Event()
        self._captured = Counters()
        self._counters = [Counters() for _ in self._stations]
        self._workers: list[Worker] = []

    def counters(self) -> list[StageCounters]:
        """Return the counters of the capture and of each stage, in the order of a frame's way."""
        for worker in self._workers:
            worker.counters.dropped = worker.inbox.dropped
        places = [(line.name, station.stage.name) for line in self._lines for station in line.stations]
        stages = [
            StageCounters(*place, counters) for place, counters in zip(places, self._counters, strict=True)
        ]
        return [StageCounters(self._lines[0].name, "capture", self._captured), *stages]

    def run_inline(self) -> None:
        """Run every frame through every stage, in this thread: nothing is dropped, the order is fixed."""
        for frame in self._source:
            self._captured.done += 1
            self._run_from(0, frame)
            if self._stop.is_set():
                break
        for index, station in enumerate(self._stations):
            for result in station.flush():
                self._run_from(index + 1, result)

    def _run_from(self, index: int, item: Any) -> None:
        if index < len(self._stations):
            for result in self._stations[index].process(item, self._counters[index], self._clock):
                self._run_from(index + 1, result)

    def run_threaded(
        self, on_tick: Callable[[], None] = lambda: None, on_stop: Callable[[float], None] = lambda _: None
    ) -> None:
        """Run a thread for each stage until the source ends, ``stop`` is set or a stage dies.

        ``on_tick`` is called here about twice a second, and ``on_stop`` once with the seconds that a stop may
        take because items wait in the last line, 0 if none do. Raises whatever a stage raised: an error of
        the catalogue as it is, anything else as StageError.
        """
        self._workers = [
            Worker(station, self._clock, self._deliver_to(index + 1), self._finished, counters)
            for index, (station, counters) in enumerate(zip(self._stations, self._counters, strict=True))
        ]
        capture = threading.Thread(target=self._capture, name="capture", daemon=True)
        for thread in [worker.thread for worker in self._workers] + [capture]:
            thread.start()
        try:
            while not self._ended.wait(0.5) and not self._stop.is_set():
                on_tick()
        finally:
            self._stop.set()
            on_stop(self._seconds_to_stop())
            self._drain(capture)
        if isinstance(self._error, _TOLD_AS_IT_IS):
            raise self._error
        if self._error is not None:
            raise StageError(f"A stage of the pipeline died: {self._error!r}", "The journal has the details")

    def _deliver_to(self, index: int) -> Callable[[Any], None]:
        def deliver(item: Any) -> None:
            if index < len(self._workers):
                self._workers[index].inbox.put(item)

        return deliver

    def _capture(self) -> None:
        error: BaseException | None = None
        try:
            for frame in self._source:
                self._captured.done += 1
                self._enter(frame)
                del frame  # not kept while waiting for the next one
                if self._stop.is_set():
                    break
        except BaseException as caught:  # as in Worker: told, then the process ends
            error = caught
        self._end_of(0, "capture", error)

    def _enter(self, frame: Frame) -> None:
        """Put a frame into the first line, within its limit."""
        line, first = self._lines[0], self._workers[0].inbox
        under_way = sum(worker.under_way for worker in self._workers[: len(line.stations)])
        if line.limit is None or under_way < line.limit:
            first.put(frame)
        elif not first.exchange(frame):
            self._captured.dropped += 1

    def _finished(self, worker: Worker, error: BaseException | None) -> None:
        self._end_of(self._workers.index(worker) + 1, worker.station.stage.name, error)

    def _end_of(self, following: int, name: str, error: BaseException | None) -> None:
        if error is not None and self._error is None:
            self._error = error
            if not isinstance(error, _TOLD_AS_IT_IS):
                log.error("Stage %s died", name, exc_info=error)
            self._ended.set()
        if following < len(self._workers):
            self._workers[following].inbox.close()
        else:
            self._ended.set()

    def _drain(self, capture: threading.Thread) -> None:
        """Finish the items in progress, even if the camera or a stage hangs."""
        stopped = self._clock.now()
        for worker, seconds in zip(self._workers, self._drain_seconds(), strict=True):
            worker.inbox.close()  # where the one before has not ended, nothing it gives out later counts
            self._join(worker.thread, stopped + seconds)
        self._join(capture, stopped + self._lines[0].drain_seconds)
        for worker in self._workers:
            worker.abandon()

    def _seconds_to_stop(self) -> float:
        last = self._lines[-1]
        waiting = any(worker.under_way for worker in self._workers[-len(last.stations) :])
        return last.drain_seconds if waiting else 0.0

    def _drain_seconds(self) -> list[float]:
        """Return how long a stop waits for each stage, seconds.

        The last stage of a line makes items of the next line, so its limit is that of the next line.
        """
        following = [*self._lines[1:], self._lines[-1]]
        return [
            seconds
            for line, after in zip(self._lines, following, strict=True)
            for seconds in [line.drain_seconds] * (len(line.stations) - 1) + [after.drain_seconds]
        ]

    def _join(self, thread: threading.Thread, deadline: float) -> None:
        thread.join(max(0.0, deadline - self._clock.now()))
        if thread.is_alive():
            log.warning("Stage %s did not stop in time; leaving it behind", thread.name)
