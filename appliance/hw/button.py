"""What the edges of a push button mean. Pure: the time comes with each edge, the contact from outside.

One word so far, the press. Double press and hold belong here too, as further answers of the same class.
"""

BOUNCE_SECONDS = 0.04
"""Contacts of a push button settle within some 10 ms; nobody presses twice within 40."""


class Presses:
    """Tells presses from bounces, and from a button that was down before anybody could press it.

    Times are in seconds, monotonic.
    """

    def __init__(self, down_at_start: bool = False) -> None:
        self.stuck = down_at_start
        self._last_edge = float("-inf")

    def down(self, now: float) -> bool:
        """The contact closed. True if this is a press."""
        return self._settled(now) and not self.stuck

    def up(self, now: float) -> bool:
        """The contact opened. True if a button that seemed stuck has been let go."""
        self._settled(now)
        released, self.stuck = self.stuck, False
        return released

    def _settled(self, now: float) -> bool:
        """Whether this edge is no bounce of the one before."""
        quiet = now - self._last_edge
        self._last_edge = now
        return quiet >= BOUNCE_SECONDS
