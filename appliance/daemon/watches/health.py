"""Reminders of the light while the appliance runs: heat, a weak power supply, a card nearly full."""

import logging
from collections.abc import Callable

from appliance.clock import Clock
from appliance.daemon.conditions import Conditions
from appliance.daemon.watches.watch import Watch
from appliance.hw import board
from appliance.hw.machine import Machine
from appliance.light.player import REMIND_SECONDS
from appliance.light.states import Condition
from appliance.storage.photos import PhotoStore

log = logging.getLogger(__name__)

NEARLY_FULL_BYTES = 200_000_000
"""Space for about a hundred photos above what must stay free."""
DIP_SECONDS = 5 * REMIND_SECONDS
"""A dip of the voltage is reported for this long, however short it was: the light repeats its reminder."""


class HealthWatch(Watch):
    """Sets UNWELL and CARD_NEARLY_FULL. ``store`` gives the store in use.

    The kernel asks the firmware every two seconds whether the voltage was too low in between. Polling the
    kernel twice as often misses no dip.
    """

    interval = 1.0

    def __init__(
        self, machine: Machine, conditions: Conditions, store: Callable[[], PhotoStore], clock: Clock
    ) -> None:
        self._machine = machine
        self._conditions = conditions
        self._store = store
        self._clock = clock
        self._dip_told_until: float | None = None

    def check(self) -> None:
        """See :class:`Watch`."""
        degrees = board.temperature(self._machine)
        hot = degrees is not None and board.heat(degrees) is board.Heat.TOO_HOT
        weak = self._weak()
        if self._conditions.set(Condition.UNWELL, hot or weak) and hot:
            log.warning("The processor has %.0f °C and slows down: let air to the board", degrees)
        store = self._store()
        try:
            spare = store.spare_bytes()
        except OSError:  # the card is gone or broken: the next photo tells it
            return
        nearly_full = 0 <= spare < NEARLY_FULL_BYTES
        if self._conditions.set(Condition.CARD_NEARLY_FULL, nearly_full) and nearly_full:
            log.warning(
                "The card of %s is nearly full: %d MB left for photos", store.folder, spare // 1_000_000
            )

    def _weak(self) -> bool:
        """Return whether the voltage is too low, or was a moment ago; log each dip once."""
        now, told_until = self._clock.now(), self._dip_told_until
        if board.under_voltage_alarm(self._machine):
            if told_until is None:
                log.warning("The voltage was too low: use the power supply made for this board")
            self._dip_told_until = now + DIP_SECONDS
        elif told_until is not None and now >= told_until:
            self._dip_told_until = None
        return self._dip_told_until is not None
