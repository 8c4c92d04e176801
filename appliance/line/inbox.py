"""Queue before a stage. It never blocks the writer: a full one drops its oldest item."""

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
    ``is_precious`` is dropped only when all are.
    """

    def __init__(self, size: int, is_precious: Callable[[Item], bool] = lambda _: False) -> None:
        self._items: deque[Item] = deque(maxlen=size)
        self._is_precious = is_precious
        self._changed = threading.Condition()
        self._closed = False
        self.dropped = 0

    def put(self, item: Item) -> None:
        """Add ``item``; a full inbox loses another one."""
        with self._changed:
            if len(self._items) == self._items.maxlen:
                self._drop()
            self._items.append(item)
            self._changed.notify()

    def exchange(self, item: Item) -> bool:
        """Add ``item`` in place of the oldest one; return False, without a change, if the inbox is empty."""
        with self._changed:
            if not self._items:
                return False
            self._drop()
            self._items.append(item)
            return True

    def _drop(self) -> None:
        self.dropped += 1
        del self._items[next((i for i, old in enumerate(self._items) if not self._is_precious(old)), 0)]

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

    def __len__(self) -> int:
        return len(self._items)
