"""What a stage is, the queue between two of them, and the thread that runs one.

A queue that is full drops its **oldest** item and counts it: a late frame is worth less than a new one, and
nothing in the pipeline ever waits for a slower stage.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from appliance.clock import Clock
from appliance.records.decision import Decision

In_contra = TypeVar("In_contra", contravariant=True)
Out_co = TypeVar("Out_co", covariant=True)
Item = TypeVar("Item")

CAPACITY = 2
"""Items that wait before a stage: a frame that waits longer is worth less than the next one."""

IDLE_SECONDS = 1.5
"""A stage that gets nothing for so long is told: the camera has stalled. One frame a second is no stall."""


class Several(tuple[Item, ...]):
    """What a stage gives out when one item becomes several, or none."""


class Stage(Protocol[In_contra, Out_co]):
    """One step of a frame's way. Called by one thread only.

    A stage may also have ``capacity``, the size of its inbox where :data:`CAPACITY` will not do;
    ``ends_frames``, True where what comes out are no longer frames of the camera, one for one;
    ``idle()``, called when nothing came for :data:`IDLE_SECONDS`, and ``finish()``, called once after the
    last item, which both give out :class:`Several` that were held back.
    """

    name: str

    def process(self, item: In_contra) -> Out_co | Several[Any] | None:
        """What becomes of ``item``; None ends its way here, :class:`Several` go on one after the other."""
        ...


class Replaceable(Generic[In_contra, Out_co]):
    """A stage that can be exchanged for another one between two items."""

    def __init__(self, stage: Stage[In_contra, Out_co]) -> None:
        self.name = stage.name
        self.capacity = getattr(stage, "capacity", CAPACITY)
        self._stage = stage

    def use(self, stage: Stage[In_contra, Out_co]) -> None:
        """Another stage from the next item on. Any thread."""
        self._stage = stage

    def process(self, item: In_contra) -> Out_co | Several[Any] | None:
        """What the stage of the moment makes of it."""
        return self._stage.process(item)


@dataclass(slots=True)
class Counters:
    """What a stage has done so far. ``cpu`` and ``wall`` in seconds, ``slowest`` in seconds of wall time."""

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
        """The same in numbers, times in milliseconds an item."""
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


class Closed(Exception):  # noqa: N818  (not an error: the stage before has ended)
    """The queue is closed and empty."""


class DropOldest(Generic[Item]):
    """A bounded queue for one reader and one writer that never blocks the writer."""

    def __init__(self, size: int) -> None:
        self._items: deque[Item] = deque(maxlen=size)
        self._changed = threading.Condition()
        self._closed = False
        self.dropped = 0

    def put(self, item: Item) -> None:
        """Add ``item``; if the queue is full its oldest item is lost and counted.

        A decision to take a photo is lost only when nothing else can be: the cooldown has begun with it.
        """
        with self._changed:
            if len(self._items) == self._items.maxlen:
                self._drop()
            self._items.append(item)
            self._changed.notify()

    def exchange(self, item: Item) -> bool:
        """Add ``item`` in place of the oldest that waits; False, and nothing changes, if none does."""
        with self._changed:
            if not self._items:
                return False
            self._drop()
            self._items.append(item)
            return True

    def _drop(self) -> None:
        self.dropped += 1
        del self._items[next((i for i, old in enumerate(self._items) if not _precious(old)), 0)]

    def get(self, timeout: float) -> Item | None:
        """The oldest item, or None after ``timeout`` seconds. Raises Closed when there will be none."""
        with self._changed:
            if not self._items and not self._closed:
                self._changed.wait(timeout)
            if self._items:
                return self._items.popleft()
            if self._closed:
                raise Closed
            return None

    def close(self) -> None:
        """Nothing will be added; what is inside is still given out."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def __len__(self) -> int:
        return len(self._items)


def _precious(item: object) -> bool:
    return isinstance(item, Decision) and item.take_photo


@dataclass(slots=True)
class Worker:
    """Runs one stage in a thread of its own, from its bounded inbox to ``deliver``.

    ``finished`` is called once, when the inbox is closed and empty or the stage has raised; it gets the
    exception or None.
    """

    stage: Stage[Any, Any]
    clock: Clock
    deliver: Callable[[Any], None]
    finished: Callable[["Worker", BaseException | None], None]
    counters: Counters = field(default_factory=Counters)
    inbox: DropOldest[Any] = field(init=False)
    thread: threading.Thread = field(init=False)
    busy: bool = False

    def __post_init__(self) -> None:
        self.inbox = DropOldest(getattr(self.stage, "capacity", CAPACITY))
        self.thread = threading.Thread(target=self._run, name=self.stage.name, daemon=True)

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            while True:
                item = self.inbox.get(timeout=IDLE_SECONDS)
                self.busy = True
                if item is not None:
                    run_stage(self.stage, item, self.counters, self.clock, self.deliver)
                else:
                    self._give_out("idle")
                self.busy = False
                del item  # the picture in it is not kept while waiting for the next one
        except Closed:
            error = self._finish()
        except BaseException as caught:  # whatever it is, the process must not go on
            error = caught
        self.finished(self, error)

    def holds(self) -> int:
        """Items that wait or are worked on. Any thread."""
        return len(self.inbox) + self.busy

    def _finish(self) -> BaseException | None:
        try:
            self._give_out("finish")
        except BaseException as caught:  # as above
            return caught
        return None

    def _give_out(self, occasion: str) -> None:
        for item in held_back(self.stage, occasion):
            self.deliver(item)


def run_stage(
    stage: Stage[Any, Any], item: Any, counters: Counters, clock: Clock, deliver: Callable[[Any], None]
) -> None:
    """One item through one stage, counted; its result, if there is one, goes to ``deliver``."""
    cpu, wall = time.thread_time(), clock.now()
    result = stage.process(item)
    counters.add(time.thread_time() - cpu, clock.now() - wall)
    for out in result if isinstance(result, Several) else () if result is None else (result,):
        deliver(out)


def held_back(stage: Stage[Any, Any], occasion: str) -> Several[Any]:
    """What ``stage`` gives out by its method named ``occasion`` (idle or finish), if it has one."""
    give_out: Callable[[], Several[Any]] | None = getattr(stage, occasion, None)
    return give_out() if give_out is not None else Several()
