"""Armed or not: by mode and command, until enough photos are taken or too much time has passed. Pure."""

from appliance.config.schema import RuleSettings
from appliance.records.decision import Command


class Arming:
    """State of being armed: photos may be taken. Time is the frames', seconds."""

    def __init__(self, rule: RuleSettings) -> None:
        self._rule = rule
        self.armed = rule.mode == "always_armed"
        self._shots = 0
        self._idle_since: float | None = None

    def obey(self, command: Command, now: float) -> bool:
        """Arm or disarm; return whether that changed anything."""
        wanted = {Command.ARM: True, Command.DISARM: False}.get(command, not self.armed)
        changed, self.armed = wanted is not self.armed, wanted
        self._shots, self._idle_since = 0, now
        return changed

    def use(self, rule: RuleSettings, now: float) -> None:
        """Use another rule; only a change of mode arms or disarms."""
        if rule.mode != self._rule.mode:
            self.armed = rule.mode == "always_armed"
            self._shots = 0
        self._rule, self._idle_since = rule, now

    def photo(self, now: float) -> None:
        """Count a photo that was taken."""
        self._shots += 1
        self._idle_since = now
        if self.armed and 0 < self._rule.shots_per_arming <= self._shots:
            self.armed = False

    def tick(self, now: float) -> None:
        """Disarm when no photo was taken for too long."""
        if self._idle_since is None:
            self._idle_since = now
        limit = 60 * self._rule.disarm_after_minutes
        if self.armed and 0 < limit <= now - self._idle_since:
            self.armed = False

    def restart(self, now: float) -> None:
        """Restart the count here: the frames' time went back."""
        self._idle_since = now
