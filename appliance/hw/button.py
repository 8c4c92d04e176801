"""Interpretation of a push button's edges as gestures. Pure: the time comes with each edge.

A contact counts once it has been quiet for a moment, so neither a bounce nor a spark is a press. Presses
count once no further one follows, and several not if there was a spark among them, so that a loose contact is
not taken for a double press unless it does exactly what a finger would. Holding takes effect when the button
is released, so a short circuit, which lasts longer than any hold, switches nothing off.
"""

from collections.abc import Iterator
from enum import Enum

BOUNCE_SECONDS = 0.04
"""Contacts of a push button settle within some 10 ms; nobody presses twice within 40."""
AGAIN_SECONDS = 0.4
"""Seconds within which a second press makes a double press (as desktops do)."""
STUCK_SECONDS = 10.0
"""Seconds from which a held button is stuck: nobody holds it for so long."""
UNSETTLED_SECONDS = 1.0
"""Seconds without rest from which a contact is loose or picks up noise."""
_EPSILON = 1e-6
"""Seconds of tolerance, so that a poll exactly at the due moment does not miss it by rounding."""


class Gesture(Enum):
    """Gesture of a person, or a fault of the button."""

    PRESS = "pressed once"
    DOUBLE_PRESS = "pressed twice"
    HOLDING = "held long enough; letting go makes it a hold"
    HOLD = "held, then let go"
    STUCK = "stuck, shorted or loose"
    FREED = "works again"
    CHATTER = "more presses at once than anybody makes"


class Gestures:
    """Converter of edges into gestures. Times are in seconds, monotonic.

    After each call, call :meth:`poll` again at :meth:`due`: some gestures are only recognised when nothing
    more happens. ``hold_seconds`` is how long a hold takes; ``double`` False gives a press at once.
    """

    def __init__(self, down_at_start: bool = False, hold_seconds: float = 3.0, double: bool = True) -> None:
        self.stuck = down_at_start
        self._hold_seconds = hold_seconds
        self._double = double
        self._raw = self._down = down_at_start
        self._edge_at: float | None = None
        self._unsettled_since: float | None = None
        self._down_at = 0.0
        self._up_at = 0.0
        self._presses = 0
        self._sparked = False
        self._holding = False

    def edge(self, down: bool, now: float) -> list[Gesture]:
        """Return the gestures of a contact that closes (``down``) or opens."""
        gestures = self.poll(now)
        self._raw, self._edge_at = down, now
        if self._unsettled_since is None:
            self._unsettled_since = now
        return gestures

    def poll(self, now: float) -> list[Gesture]:
        """Return the gestures recognised by ``now``."""
        return list(self._progress(now))

    def due(self) -> float | None:
        """Return when to call :meth:`poll` next; None: not before the next edge."""
        moments = []
        if self._edge_at is not None:
            moments.append(self._edge_at + BOUNCE_SECONDS)
        if self._down and not self.stuck:
            moments.append(self._down_at + (STUCK_SECONDS if self._holding else self._hold_seconds))
        if self._presses and not self._down and self._edge_at is None:
            moments.append(self._up_at + self._patience())
        return min(moments, default=None)

    def _patience(self) -> float:
        return AGAIN_SECONDS if self._double else 0.0

    def _progress(self, now: float) -> Iterator[Gesture]:
        if self._edge_at is not None and now - self._edge_at >= BOUNCE_SECONDS - _EPSILON:
            yield from self._settle(self._edge_at)
        elif (
            self._unsettled_since is not None and now - self._unsettled_since >= UNSETTLED_SECONDS - _EPSILON
        ):
            yield from self._seize()
        if self._down and not self.stuck:
            held = now - self._down_at + _EPSILON
            if held >= STUCK_SECONDS:
                yield from self._seize()
            elif held >= self._hold_seconds and not self._holding:
                self._holding = True
                yield Gesture.HOLDING
        quiet = not self._down and self._edge_at is None
        if self._presses and quiet and now - self._up_at >= self._patience() - _EPSILON:
            presses, self._presses = self._presses, 0
            clean = presses == 1 or not self._sparked
            self._sparked = False
            yield {1: Gesture.PRESS, 2: Gesture.DOUBLE_PRESS}.get(presses if clean else 0, Gesture.CHATTER)

    def _settle(self, at: float) -> Iterator[Gesture]:
        """Yield the gestures of a contact at rest since ``at``."""
        began = at if self._unsettled_since is None else self._unsettled_since
        slow = at - began > BOUNCE_SECONDS
        self._sparked |= bool(self._presses or self._down) and (slow or self._raw is self._down)
        self._edge_at = self._unsettled_since = None
        if self.stuck and not self._raw:
            self.stuck, self._down, self._presses, self._holding = False, False, 0, False
            yield Gesture.FREED
        elif self._raw is not self._down:
            self._down = self._raw
            if self._raw:
                self._down_at = at
            elif not self.stuck:
                yield from self._let_go(at)

    def _let_go(self, at: float) -> Iterator[Gesture]:
        long = at - self._down_at + _EPSILON >= self._hold_seconds
        self._up_at, self._holding = at, False
        if long:
            self._presses = 0
            yield Gesture.HOLD
        else:
            self._presses += 1

    def _seize(self) -> Iterator[Gesture]:
        self._presses, self._holding = 0, False
        if not self.stuck:
            self.stuck = True
            yield Gesture.STUCK
