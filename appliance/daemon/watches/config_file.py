"""Puts edits of the configuration file in force, or refuses them with a reason."""

import logging
import threading
from collections.abc import Callable

from appliance.config import Config
from appliance.config.live import LiveConfig
from appliance.daemon.conditions import Conditions
from appliance.daemon.reconfigure import SettingsInForce
from appliance.daemon.watches.watch import Watch
from appliance.errors import ConfigError
from appliance.light.states import Condition

log = logging.getLogger(__name__)


def report_config(fault: ConfigError | None, conditions: Conditions) -> None:
    """Set CONFIG_BAD and log every problem where there is a ``fault``; else clear it."""
    conditions.set(Condition.CONFIG_BAD, fault is not None)
    if fault is None:
        return
    for problem in fault.problems:
        log.error("%s", problem)
    log.error("The configuration was refused; the last good one stays in force")


class ConfigFileWatch(Watch):
    """Proposes the file when it has changed or ``asked`` is set; remembers good settings in force.

    ``good`` tells whether the file was valid at the start; ``proven`` whether a frame has gone through the
    whole pipeline: settings are remembered only after that. ``remember`` keeps them for the next start.
    """

    def __init__(
        self,
        live: LiveConfig,
        settings: SettingsInForce,
        conditions: Conditions,
        asked: threading.Event,
        *,
        good: bool,
        proven: Callable[[], bool],
        remember: Callable[[Config], None],
    ) -> None:
        self._live = live
        self._settings = settings
        self._conditions = conditions
        self._asked = asked
        self._unremembered = good
        self._proven = proven
        self._remember = remember

    def check(self) -> None:
        """Propose a change, put a ready one in force, or report why it is refused."""
        try:
            if self._live.changed() or self._asked.is_set():
                self._asked.clear()
                self._settings.withdraw()  # the newest file counts, also where it is bad
                self._settings.propose(self._live.load())
            if self._settings.settle():
                report_config(None, self._conditions)
                self._unremembered = True
        except ConfigError as error:
            report_config(error, self._conditions)
        if self._unremembered and self._proven():
            self._unremembered = False
            self._remember(self._settings.config)
