"""When the light says how many people are seen: once, when the number has changed and stays so. Pure."""

from appliance.light.states import State
from appliance.records.decision import Decision

LASTING_SECONDS = 0.5
"""A number counts once it has been the same for so long: a face missed for a moment is no news."""


class HeadCount:
    """Remembers which number was said last. Time is the frames', seconds."""

    def __init__(self) -> None:
        self._said = 0
        self._number = 0
        self._since = 0.0

    def news(self, decision: Decision) -> int | None:
        """The number to say now, if any. Nobody is told numbers by an appliance that is not armed."""
        number = sum(one.person.counts for one in decision.people)
        now = decision.frame.captured_at
        if number != self._number or now < self._since:
            self._number, self._since = number, now
        if not decision.armed:
            self._said = 0
        elif decision.light is State.PHOTO:  # said first; a number that has changed can wait
            return None
        elif number != self._said and now - self._since >= LASTING_SECONDS:
            self._said = number
            return number or None
        return None
