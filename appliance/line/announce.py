"""Tells the light, and whoever else listens, what was decided, and later what was kept."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from appliance.line.stage import CAPACITY

Item = TypeVar("Item")


class Announcer(Generic[Item]):
    """The stage that passes each item to ``listeners`` and on. Listeners must be quick.

    ``capacity`` is the size of its inbox, where several items may come at once.
    """

    def __init__(
        self, name: str, listeners: Sequence[Callable[[Item], None]], capacity: int = CAPACITY
    ) -> None:
        self.name = name
        self.capacity = capacity
        self._listeners = tuple(listeners)

    def process(self, item: Item) -> Item:
        """The same item."""
        for listen in self._listeners:
            listen(item)
        return item
