"""Head count on the light: shown once, when the number of people in view has changed and is stable."""

from collections.abc import Callable

from appliance.daemon.watches.watch import FrameWatch
from appliance.light.states import State
from appliance.records.decision import Decision

LASTING_SECONDS = 0.5
"""A number counts once it has been stable for this long: a face missed for a moment changes nothing."""


class HeadCount(FrameWatch):
    """Calls ``show`` with the number of people to show now. Time is the frames', seconds."""

    def __init__(self, show: Callable[[int], None]) -> None:
        self._show = show
        self._shown = 0
        self._number = 0
        self._since = 0.0

    def observe(self, decision: Decision) -> None:
        """Show the number of people if it is new; never while the appliance is not armed."""
        number = sum(showing.person.counts for showing in decision.people)
        now = decision.frame.captured_at
        if number != self._number or now < self._since:
            self._number, self._since = number, now
        if not decision.armed:
            self._shown = 0
        elif decision.light is State.PHOTO:  # shown first; a number that has changed can wait
            return
        elif number != self._shown and now - self._since >= LASTING_SECONDS:
            self._shown = number
            if number:
                self._show(number)
