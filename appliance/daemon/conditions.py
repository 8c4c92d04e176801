"""Faults, activities and reminders that are present now, and the listeners to their changes."""

import threading
from collections.abc import Callable, Iterator

from appliance.light.states import Condition

ConditionListener = Callable[[Condition, bool], None]
"""Called with a condition and whether it is present now; must be quick, and must not change conditions."""


class Conditions:
    """Set of the conditions that are present, in the order in which they came. Any thread.

    Listeners hear each change once, all of them in the same order.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._present: tuple[Condition, ...] = ()
        self._listeners: tuple[ConditionListener, ...] = ()

    def set(self, condition: Condition, present: bool) -> bool:
        """Add or remove ``condition``; return whether that is a change."""
        with self._lock:
            if present is (condition in self._present):
                return False
            others = tuple(other for other in self._present if other is not condition)
            self._present = (*others, condition) if present else others
            for listener in self._listeners:
                listener(condition, present)
            return True

    def subscribe(self, listener: ConditionListener) -> None:
        """Call ``listener`` for each condition that is present, then for every change."""
        with self._lock:
            self._listeners = (*self._listeners, listener)
            for condition in self._present:
                listener(condition, True)

    def unsubscribe(self, listener: ConditionListener) -> None:
        """Stop calling ``listener``."""
        with self._lock:
            self._listeners = tuple(other for other in self._listeners if other != listener)

    def __contains__(self, condition: Condition) -> bool:
        return condition in self._present

    def __iter__(self) -> Iterator[Condition]:
        return iter(self._present)
