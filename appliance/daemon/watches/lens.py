"""Detection of pictures that show nothing: a covered lens, a dark room, a lamp shining into the camera."""

import logging

from appliance.daemon.conditions import Conditions
from appliance.daemon.watches.watch import FrameWatch
from appliance.light.states import Condition
from appliance.records.decision import Decision
from appliance.records.frame import Grey

log = logging.getLogger(__name__)

EVEN = 6.0
"""Standard deviation in grey levels below which a picture shows nothing: sensor noise alone has less."""
DARK, BURNT_OUT = 24.0, 235.0
"""Mean grey levels beyond which an even picture is not a wall but a covered or dazzled lens."""
COVERED_SECONDS = 3.0
"""Time it must last: a hand that brushes past is not a fault."""
SAMPLE_STEP = 8
"""Distance of the pixels that are sampled, in both directions."""


class LensWatch(FrameWatch):
    """Sets LENS_COVERED once pictures have shown nothing for three seconds, until one shows something."""

    def __init__(self, conditions: Conditions) -> None:
        self._conditions = conditions
        self._since: float | None = None

    def observe(self, decision: Decision) -> None:
        """See :class:`FrameWatch`."""
        now = decision.frame.captured_at
        fault = blind(decision.frame.grey)
        if fault is None:
            self._since = None
            if self._conditions.set(Condition.LENS_COVERED, False):
                log.info("The camera sees something again")
            return
        self._since = now if self._since is None else self._since
        if now - self._since >= COVERED_SECONDS and self._conditions.set(Condition.LENS_COVERED, True):
            log.warning("The camera sees nothing: %s", fault)


def blind(grey: Grey) -> str | None:
    """Return why a picture (uint8 [height, width]) shows nothing; None where it shows something."""
    few = grey[::SAMPLE_STEP, ::SAMPLE_STEP]
    mean = float(few.mean())
    if float(few.std()) >= EVEN or DARK < mean < BURNT_OUT:
        return None
    return "is the lens covered, or the room dark?" if mean <= DARK else "a light shines into it"
