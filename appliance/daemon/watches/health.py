"""What the light reminds people of while it runs: heat, a weak power supply, a card nearly full."""

import logging
from collections.abc import Callable
from pathlib import Path

from appliance.doctor import board
from appliance.doctor.finding import Status
from appliance.hw.machine import Machine
from appliance.light.states import Condition
from appliance.storage import durable

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
"""Heat and voltage change slowly, and asking the firmware costs a process."""
NEARLY_FULL_BYTES = 200_000_000
"""Room for about a hundred photos above what must stay free."""


class HealthWatch:
    """Looks at the machine now and then; ``tell`` hears of what has changed. Time in seconds, monotonic."""

    def __init__(self, machine: Machine, tell: Callable[[Condition, bool], None]) -> None:
        self._machine = machine
        self._tell = tell
        self._next = 0.0
        self._told: dict[Condition, bool] = {}

    def look(self, now: float, folder: Path, keep_free_bytes: int) -> None:
        """Look, if it is time to."""
        if now < self._next:
            return
        self._next = now + LOOK_SECONDS
        findings = [board.power(self._machine), board.temperature(self._machine)]
        wrong = [one for one in findings if one.state is Status.FAULT]
        if self._say(Condition.UNWELL, bool(wrong)):
            for one in wrong:
                log.warning("%s: %s. %s", one.name, one.seen, one.advice)
        try:
            spare = durable.free_bytes(folder) - keep_free_bytes
        except OSError:  # the card is gone or broken: the next photo tells it
            return
        if self._say(Condition.CARD_NEARLY_FULL, 0 <= spare < NEARLY_FULL_BYTES):
            log.warning("The card of %s is nearly full: %d MB left for photos", folder, spare // 1_000_000)

    def _say(self, light: Condition, present: bool) -> bool:
        """Tell a change; whether ``light`` is new."""
        if self._told.get(light, False) is present:
            return False
        self._told[light] = present
        self._tell(light, present)
        return present
