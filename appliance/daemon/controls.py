"""Operations that button and page may request: while the appliance starts, and while it runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from appliance.config.schema import RuleSettings
from appliance.daemon.heartbeat import Heartbeat
from appliance.daemon.parts import CameraPart, PagePart, StoragePart
from appliance.errors import StorageError
from appliance.feed.commands import Controls
from appliance.line.counters import StageCounters
from appliance.line.runner import Runner
from appliance.pipeline.decide.decider import Decider
from appliance.records.decision import Command
from appliance.storage.bin import UNDO_SECONDS
from appliance.system.service import process_uptime


class Starting(Controls):
    """Controls of an appliance that is still starting: it answers, but does nothing."""

    def __init__(self, rule: RuleSettings) -> None:
        self._rule = rule

    def command(self, command: Command) -> None:
        """Ignore ``command``."""

    def status(self) -> dict[str, Any]:
        """See :func:`_status`."""
        return _status(False, self._rule, ())

    def delete_photo(self, name: str) -> float:  # noqa: ARG002  (as the running one)
        """Raise StorageError."""
        raise StorageError("The appliance is still starting", "Try again in a moment")

    def restore_photo(self, name: str) -> None:
        """Raise StorageError."""
        self.delete_photo(name)


@dataclass(frozen=True, kw_only=True)
class Operating(Controls):
    """Controls of the running appliance. Any thread."""

    decider: Decider
    storage: StoragePart
    camera: CameraPart
    page: PagePart
    heartbeat: Heartbeat
    runner: Runner

    def command(self, command: Command) -> None:
        """Execute ``command`` at the next frame."""
        self.decider.command(command)

    def status(self) -> dict[str, Any]:
        """See :func:`_status`; ``camera`` is what the camera granted, ``bin`` counts deleted photos."""
        counters = self.runner.counters()
        more = {"camera": self.camera.facts, "bin": self.storage.binned()}
        return _status(self.heartbeat.ready, self.page.rule, counters) | more

    def delete_photo(self, name: str) -> float:
        """See :class:`Controls`; every viewer of the page is told."""
        can_be_restored = self.storage.store.delete(name)
        self.page.deleted(name)
        return UNDO_SECONDS if can_be_restored else 0.0

    def restore_photo(self, name: str) -> None:
        """See :class:`Controls`; every viewer of the page is told."""
        self.storage.store.restore(name)
        self.page.restored(name)


def _status(ready: bool, rule: RuleSettings, counters: Sequence[StageCounters]) -> dict[str, Any]:
    """Return uptime (seconds), rule in use, and counters of the stages (milliseconds)."""
    return {
        "uptime": round(process_uptime(), 1),
        "ready": ready,
        "rule": rule.model_dump(mode="json"),
        "stages": [{"name": stage.stage, **stage.counters.report()} for stage in counters],
    }
