"""Actions of the button, by the settings ``button``."""

import logging
from collections.abc import Callable

from appliance.config.schema import ButtonSettings
from appliance.daemon.conditions import Conditions
from appliance.errors import ApplianceError
from appliance.hw.button import Gesture
from appliance.light.states import Condition
from appliance.records.decision import Command

log = logging.getLogger(__name__)

_COMMANDS = {"arm": Command.TOGGLE, "shoot": Command.SHOOT}


class ButtonActions:
    """Turns gestures into commands, or into powering off.

    ``command`` gets the commands, in the button's thread; ``power_off`` may raise ApplianceError, and is None
    where this program cannot power off the machine.
    """

    def __init__(
        self,
        command: Callable[[Command], None],
        power_off: Callable[[], None] | None,
        conditions: Conditions,
    ) -> None:
        self._command = command
        self._power_off = power_off
        self._conditions = conditions

    def perform(self, language: ButtonSettings, gesture: Gesture) -> None:
        """Perform the action that ``language`` assigns to ``gesture``, if any."""
        meanings = {
            Gesture.PRESS: language.press,
            Gesture.DOUBLE_PRESS: language.double_press,
            Gesture.HOLD: language.hold,
        }
        action = meanings.get(gesture, "none")
        if action == "power_off":
            self._switch_off()
        elif action != "none":
            self._command(_COMMANDS[action])

    def _switch_off(self) -> None:
        """Power off; the light shows it until that succeeds or fails."""
        if self._power_off is None:
            log.warning("The button was held, but this program cannot power off the machine")
            return
        log.info("The button was held: powering off")
        self._conditions.set(Condition.POWERING_OFF, True)
        try:
            self._power_off()
        except ApplianceError as error:
            log.error("%s", error)
            self._conditions.set(Condition.POWERING_OFF, False)
