"""Tells the light, and whoever else listens, what was decided. What gets here was fully judged."""

from collections.abc import Callable, Sequence

from appliance.frames import Decision


class Announcer:
    """The stage that passes each decision to ``listeners`` and on. Listeners must be quick."""

    name = "announce"

    def __init__(self, listeners: Sequence[Callable[[Decision], None]]) -> None:
        self._listeners = tuple(listeners)

    def process(self, decision: Decision) -> Decision:
        """The same decision."""
        for listen in self._listeners:
            listen(decision)
        return decision
