"""The heartbeat comes with each decision, and with nothing else."""

from appliance.daemon.heartbeat import Heartbeat
from appliance.system.service import Notifier
from tests.support.strategies import decision_on, frame


class Manager(Notifier):
    """systemd, as far as it hears of the service."""

    def __init__(self) -> None:
        super().__init__({})
        self.heard: list[str] = []

    def ready(self) -> None:
        self.heard.append("ready")

    def watchdog(self) -> None:
        self.heard.append("watchdog")


def test_ready_is_said_once_with_the_first_decision_and_each_gives_one_heartbeat() -> None:
    manager = Manager()
    heartbeat = Heartbeat(manager)
    assert not heartbeat.ready
    assert manager.heard == []
    for number in range(3):
        heartbeat.observe(decision_on(frame(number / 30, number)))
        assert heartbeat.ready
    assert manager.heard == ["ready", "watchdog", "watchdog", "watchdog"]
