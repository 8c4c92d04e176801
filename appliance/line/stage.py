"""Interface of stages, and a stage that can be replaced while it runs."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Generic, TypeVar

In = TypeVar("In")
Out = TypeVar("Out")

CAPACITY = 2
"""Items that may wait before a stage: a frame that waits longer is worth less than the next one."""


class Stage(ABC, Generic[In, Out]):
    """One part of an item's way, called by one thread only.

    ``name`` is that of its thread and its counters, ``capacity`` how many items may wait before it.
    """

    name: str
    capacity: int = CAPACITY

    @abstractmethod
    def process(self, item: In, /) -> Iterable[Out]:
        """Return the results of ``item``, in order; without any, its way ends here."""

    def flush(self) -> Iterable[Out]:
        """Return the items held back; called when no item has come for a while, and after the last one."""
        return ()

    def is_precious(self, item: In, /) -> bool:  # noqa: ARG002  (a default)
        """Return whether a full inbox must drop any other item before this one."""
        return False

    def bytes_of(self, item: In, /) -> int:  # noqa: ARG002  (a default)
        """Return the memory that ``item`` takes while it waits, where that is limited."""
        return 0

    def most_bytes(self) -> float:
        """Return how much may wait before the stage, of what :meth:`bytes_of` counts."""
        return math.inf

    def lost(self, item: In, /) -> None:
        """Tell that ``item`` was dropped from a full inbox. Called by the thread of the stage before."""


class Replaceable(Stage[In, Out]):
    """A stage that can be replaced by another one between two items.

    Name and capacity are those of the first. What a stage holds back when it is replaced is lost.
    """

    def __init__(self, stage: Stage[In, Out]) -> None:
        self.name = stage.name
        self.capacity = stage.capacity
        self._stage = stage

    def replace(self, stage: Stage[In, Out]) -> None:
        """Use another stage from the next item on. Any thread."""
        self._stage = stage

    def process(self, item: In, /) -> Iterable[Out]:
        """See :class:`Stage`."""
        return self._stage.process(item)

    def flush(self) -> Iterable[Out]:
        """See :class:`Stage`."""
        return self._stage.flush()

    def is_precious(self, item: In, /) -> bool:
        """See :class:`Stage`."""
        return self._stage.is_precious(item)
