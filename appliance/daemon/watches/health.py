"""What the light reminds people of while it runs: heat, a weak power supply, a card nearly full."""

import logging
from collections.abc import Callable
from pathlib import Path

from appliance.config.schema import StorageSettings
from appliance.daemon.conditions import Conditions
from appliance.daemon.watches.watch import Watch
from appliance.doctor import board
from appliance.doctor.finding import Status
from appliance.hw.machine import Machine
from appliance.light.states import Condition
from appliance.storage import durable

log = logging.getLogger(__name__)

NEARLY_FULL_BYTES = 200_000_000
"""Room for about a hundred photos above what must stay free."""


class HealthWatch(Watch):
    """Sets UNWELL and CARD_NEARLY_FULL. ``storage`` gives the settings in force."""

    interval = 10.0
    """Heat and voltage change slowly, and asking the firmware costs a process."""

    def __init__(
        self, machine: Machine, conditions: Conditions, storage: Callable[[], StorageSettings]
    ) -> None:
        self._machine = machine
        self._conditions = conditions
        self._storage = storage

    def check(self) -> None:
        """See :class:`Watch`."""
        findings = [board.power(self._machine), board.temperature(self._machine)]
        wrong = [finding for finding in findings if finding.state is Status.FAULT]
        if self._conditions.set(Condition.UNWELL, bool(wrong)):
            for finding in wrong:
                log.warning("%s: %s. %s", finding.name, finding.seen, finding.advice)
        storage = self._storage()
        try:
            spare = durable.free_bytes(Path(storage.folder)) - storage.keep_free_mb * 1_000_000
        except OSError:  # the card is gone or broken: the next photo tells it
            return
        nearly_full = 0 <= spare < NEARLY_FULL_BYTES
        if self._conditions.set(Condition.CARD_NEARLY_FULL, nearly_full) and nearly_full:
            log.warning(
                "The card of %s is nearly full: %d MB left for photos", storage.folder, spare // 1_000_000
            )
