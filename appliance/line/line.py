"""The stages in a row: each with a thread (live) or one after the other (replay, still pictures)."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from appliance.clock import Clock
from appliance.errors import ApplianceError, StageError
from appliance.line.stage import Counters, Stage, Worker, held_back, run_stage
from appliance.records.frame import Frame

log = logging.getLogger(__name__)

DRAIN_SECONDS = 1.5
"""How long a stop waits for the frames under way; with the rest of the shutdown it stays under 2 s."""
SAVE_SECONDS = 10.0
"""How long it waits for photos under way: a slow card needs seconds for one. The unit's TimeoutStopSec allows
for it."""
UNDER_WAY = 5
"""Frames between the camera and the choice, in all inboxes and stages together: each is a full picture, and
where all stages are late at once, as while a photo is chosen, they would be twice as many."""
_TOLD_AS_IT_IS = (ApplianceError, BrokenPipeError)
"""Errors that say all there is to say; whoever read the output has gone, which is no fault of a stage."""


class Line:
    """Runs every frame of ``source`` through ``stages``.

    ``source`` yields frames until it ends by itself or ``stop`` is set; it must not wait longer than that.
    """

    def __init__(
        self, source: Iterable[Frame], stages: Sequence[Stage[Any, Any]], clock: Clock, stop: threading.Event
    ) -> None:
        self._source = source
        self._stages = list(stages)
        self._clock = clock
        self._stop = stop
        self._error: BaseException | None = None
        self._ended = threading.Event()
        self._captured = Counters()
        self._workers: list[Worker] = []
        self._counters: list[tuple[str, Counters]] = []

    def counters(self) -> list[tuple[str, Counters]]:
        """Name and counters of each stage, in a frame's order."""
        for worker in self._workers:
            worker.counters.dropped = worker.inbox.dropped
        return [("capture", self._captured), *self._counters]

    def run_inline(self) -> None:
        """Every frame through every stage, in this thread: nothing is dropped, the order is fixed."""
        self._counters = [(stage.name, Counters()) for stage in self._stages]
        for frame in self._source:
            self._captured.done += 1
            self._step(0, frame)
            if self._stop.is_set():
                break
        for index, stage in enumerate(self._stages):
            for item in held_back(stage, "finish"):
                self._step(index + 1, item)

    def _step(self, index: int, item: Any) -> None:
        if index < len(self._stages):
            counters = self._counters[index][1]
            run_stage(
                self._stages[index], item, counters, self._clock, lambda out: self._step(index + 1, out)
            )

    def run_threaded(self, on_tick: Callable[[], None] = lambda: None) -> None:
        """A thread a stage until the source ends, ``stop`` is set or a stage dies.

        ``on_tick`` is called here about twice a second. Raises whatever a stage raised: an error of the
        catalogue as it is, anything else as StageError.
        """
        for position, stage in enumerate(self._stages):
            self._workers.append(Worker(stage, self._clock, self._deliver_to(position + 1), self._finished))
        self._counters = [(worker.stage.name, worker.counters) for worker in self._workers]
        capture = threading.Thread(target=self._capture, name="capture", daemon=True)
        for thread in [worker.thread for worker in self._workers] + [capture]:
            thread.start()
        try:
            while not self._ended.wait(0.5) and not self._stop.is_set():
                on_tick()
        finally:
            self._stop.set()
            self._drain(capture)
        if isinstance(self._error, _TOLD_AS_IT_IS):
            raise self._error
        if self._error is not None:
            raise StageError(f"A stage of the pipeline died: {self._error!r}", "The journal has the details")

    def _deliver_to(self, index: int) -> Any:
        def deliver(item: Any) -> None:
            if index < len(self._workers):
                self._workers[index].inbox.put(item)

        return deliver

    def _capture(self) -> None:
        first = self._workers[0].inbox
        with_frames = self._workers[: self._choosing() + 1]
        error: BaseException | None = None
        try:
            for frame in self._source:
                self._captured.done += 1
                if sum(worker.holds() for worker in with_frames) < UNDER_WAY:
                    first.put(frame)
                elif not first.exchange(frame):
                    self._captured.dropped += 1
                del frame  # not kept while waiting for the next one
                if self._stop.is_set():
                    break
        except BaseException as caught:  # as in Worker: told, then the process ends
            error = caught
        self._end_of(0, "capture", error)

    def _finished(self, worker: Worker, error: BaseException | None) -> None:
        self._end_of(self._workers.index(worker) + 1, worker.stage.name, error)

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

    def _choosing(self) -> int:
        """Which stage makes photos of the camera's frames; those after it get photos only."""
        ends = [getattr(stage, "ends_frames", False) for stage in self._stages]
        return ends.index(True) if True in ends else len(ends)

    def _drain(self, capture: threading.Thread) -> None:
        """Frames under way are finished, also where the camera or a stage hangs, and so are the photos."""
        stopped = self._clock.now()
        frames_until, photos_until = stopped + DRAIN_SECONDS, stopped + SAVE_SECONDS
        choosing = self._choosing()
        for position, worker in enumerate(self._workers):
            worker.inbox.close()  # where the one before has not ended, nothing it gives out later counts
            deadline = frames_until if position < choosing else photos_until
            self._left_behind(worker.thread, deadline)
        self._left_behind(capture, frames_until)

    def _left_behind(self, thread: threading.Thread, deadline: float) -> None:
        thread.join(max(0.0, deadline - self._clock.now()))
        if thread.is_alive():
            log.warning("Stage %s did not stop in time; leaving it behind", thread.name)
