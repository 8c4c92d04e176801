"""Heartbeat for systemd: frames that reach the decision prove that the appliance is ready and alive."""

import logging

from appliance.daemon.watches.watch import FrameWatch
from appliance.records.decision import Decision
from appliance.system.library_pages import give_back_libraries
from appliance.system.service import Notifier, process_uptime

log = logging.getLogger(__name__)


class Heartbeat(FrameWatch):
    """Feeds the watchdog with each frame that was decided. ``ready`` is set after the first one."""

    def __init__(self, notifier: Notifier) -> None:
        self.ready = False
        self._notifier = notifier

    def observe(self, decision: Decision) -> None:
        """Report that a frame has gone through all stages up to the decision."""
        if not self.ready:
            self.ready = True
            log.info("Ready %.2f s after start, frame %d", process_uptime(), decision.frame.sequence)
            self._notifier.ready()
            give_back_libraries()
        self._notifier.watchdog()
