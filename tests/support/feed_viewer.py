"""A viewer of the feed, and the appliance that it controls."""

import socket
from pathlib import Path
from typing import Any

from appliance.config.schema import RuleSettings
from appliance.errors import StorageError
from appliance.feed.messages import PREFIX, lengths, pack, parse_message
from appliance.records.decision import Command, Decision, Reason, ReasonKind
from tests.support.strategies import decision_on, frame, people, showing_of


def decision(sequence: int = 0, *happy: float) -> Decision:
    seen = people(0.0, dict(enumerate(happy, 1))).persons
    reason = Reason(kind=ReasonKind.NOT_EVERYBODY, people=2, showing=1, needed=2)
    showing = tuple(showing_of(one) for one in seen)
    return decision_on(frame(float(sequence), sequence), people=showing, reason=reason)


class Viewer:
    """A blocking reader of the feed."""

    def __init__(self, path: Path) -> None:
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(10)
        try:
            self.connection.connect(str(path))
            assert self.read()[0]["kind"] == "hello"
            assert self.read()[0] == {"kind": "fault", "light": None, "lights": []}
        except BaseException:
            self.connection.close()
            raise

    def send(self, **message: Any) -> None:
        self.connection.sendall(pack(message))

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self.connection.recv(count - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def read(self) -> tuple[dict[str, Any], bytes]:
        head, picture = lengths(self._exactly(PREFIX.size))
        return parse_message(self._exactly(head)), self._exactly(picture)

    def settled(self) -> None:
        """Everything said before has been heard."""
        self.send(do="status", id=99)
        while self.read()[0].get("id") != 99:
            pass


class Appliance:
    """Notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[Command | str] = []

    def command(self, command: Command) -> None:
        self.asked.append(command)

    def status(self) -> dict[str, Any]:
        return {"uptime": 5.0, "rule": RuleSettings().model_dump(mode="json")}

    def delete_photo(self, name: str) -> float:
        if name == "gone":
            raise StorageError("The photo gone is already gone")
        self.asked.append(name)
        return 60.0

    def restore_photo(self, name: str) -> None:
        if name == "gone":
            raise StorageError("The photo gone is no longer in the bin")
        self.asked.append(f"restore {name}")
