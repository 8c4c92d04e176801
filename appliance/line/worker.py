"""Thread that runs one stage."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from appliance.clock import Clock
from appliance.line.counters import Counters
from appliance.line.inbox import Closed, Inbox
from appliance.line.line import Station

STALL_SECONDS = 1.5
"""A stage without items for this long is flushed: the camera stalled. One frame a second is only slow."""


@dataclass(slots=True)
class Worker:
    """Runs one stage in a thread of its own, from its bounded inbox to ``deliver``.

    ``finished`` is called once, when the inbox is closed and empty or the stage has raised; it gets the
    exception or None.
    """

    station: Station[Any, Any]
    clock: Clock
    deliver: Callable[[Any], None]
    finished: Callable[["Worker", BaseException | None], None]
    counters: Counters = field(default_factory=Counters)
    inbox: Inbox[Any] = field(init=False)
    thread: threading.Thread = field(init=False)
    busy: bool = False

    def __post_init__(self) -> None:
        stage = self.station.stage
        self.inbox = Inbox(
            stage.capacity,
            stage.is_precious,
            bytes_of=stage.bytes_of,
            most_bytes=stage.most_bytes,
            lost=stage.lost,
        )
        self.thread = threading.Thread(target=self._run, name=stage.name, daemon=True)

    @property
    def under_way(self) -> int:
        """Items that wait before the stage or are inside it."""
        return len(self.inbox) + self.busy

    def abandon(self) -> None:
        """Drop what still waits, and tell the stage of each; nothing where the thread has ended."""
        if self.thread.is_alive():
            self.inbox.abandon()

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            while True:
                item = self.inbox.get(timeout=STALL_SECONDS)
                self.busy = True
                if item is not None:
                    self._pass_on(self.station.process(item, self.counters, self.clock))
                else:
                    self._pass_on(self.station.flush())
                self.busy = False
                del item  # the picture in it is not kept while waiting for the next one
        except Closed:
            error = self._finish()
        except BaseException as caught:  # whatever it is, the process must not go on
            error = caught
        self.finished(self, error)

    def _finish(self) -> BaseException | None:
        try:
            self._pass_on(self.station.flush())
        except BaseException as caught:  # as above
            return caught
        return None

    def _pass_on(self, results: Any) -> None:
        for result in results:
            self.deliver(result)
