"""Queue before a stage. It never blocks the writer: a full one drops its oldest item."""

import math
import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Closed(Exception):  # noqa: N818  (not an error: the stage before has ended)
    """The inbox is closed and empty."""


class Inbox(Generic[Item]):
    """Bounded queue for one reader and one writer.

    A late item is worth less than a new one, so a full inbox drops its oldest and counts it; one that
    ``is_precious`` is dropped only when all are. It is full with ``size`` items, or where one more would hold
    more than ``most_bytes()`` by ``bytes_of``; a single item always finds room. ``lost``
    is told of each dropped.
    """

    def __init__(
        self,
        size: int,
        is_precious: Callable[[Item], bool] = lambda _: False,
        *,
        bytes_of: Callable[[Item], int] = lambda _: 0,
        most_bytes: Callable[[], float] = lambda: math.inf,
        lost: Callable[[Item], None] = lambda _: None,
    ) -> None:
        self._items: deque[Item] = deque()
        self._size = size
        self._is_precious = is_precious
        self._bytes_of = bytes_of
        self._most_bytes = most_bytes
        self._lost = lost
        self._changed = threading.Condition()
        self._closed = False
        self._abandoned = False
        self.dropped = 0

    def put(self, item: Item) -> None:
        """Add ``item``; a full inbox loses others."""
        dropped = []
        with self._changed:
            while self._items and self._is_full(item):
                dropped.append(self._drop())
            if self._abandoned:
                self.dropped += 1
                dropped.append(item)
            else:
                self._items.append(item)
            self._changed.notify()
        for lost in dropped:
            self._lost(lost)

    def _is_full(self, item: Item) -> bool:
        if len(self._items) >= self._size:
            return True
        return sum(map(self._bytes_of, self._items)) + self._bytes_of(item) > self._most_bytes()

    def exchange(self, item: Item) -> bool:
        """Add ``item`` in place of the oldest one; return False, without a change, if the inbox is empty."""
        with self._changed:
            if not self._items:
                return False
            dropped = self._drop()
            self._items.append(item)
        self._lost(dropped)
        return True

    def _drop(self) -> Item:
        self.dropped += 1
        place = next((i for i, old in enumerate(self._items) if not self._is_precious(old)), 0)
        item = self._items[place]
        del self._items[place]
        return item

    def get(self, timeout: float) -> Item | None:
        """Return the oldest item, or None after ``timeout`` seconds. Raises Closed when none will come."""
        with self._changed:
            if not self._items and not self._closed:
                self._changed.wait(timeout)
            if self._items:
                return self._items.popleft()
            if self._closed:
                raise Closed
            return None

    def close(self) -> None:
        """Accept no more items; those inside can still be taken out."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def abandon(self) -> None:
        """Drop and tell of everything that waits, and of what is put in later; nothing more is given out."""
        with self._changed:
            self._closed = self._abandoned = True
            waiting = tuple(self._items)
            self._items.clear()
            self.dropped += len(waiting)
            self._changed.notify()
        for lost in waiting:
            self._lost(lost)

    def __len__(self) -> int:
        return len(self._items)
