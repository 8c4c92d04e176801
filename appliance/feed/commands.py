"""All commands that the page may send over the feed."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from appliance.errors import ApplianceError
from appliance.feed.server import RequestHandler
from appliance.records.decision import Command


class Controls(Protocol):
    """Part of the appliance that the page may control."""

    def command(self, command: Command) -> None:
        """Arm, disarm or take a photo now."""
        ...

    def status(self) -> Mapping[str, Any]:
        """Return the counters of the stages and the rule in use."""
        ...

    def delete_photo(self, name: str) -> float:
        """Move one photo into the bin; return the seconds to restore it in. Raises StorageError."""
        ...

    def restore_photo(self, name: str) -> None:
        """Move one photo back from the bin. Raises StorageError."""
        ...


def commands(controls: Controls) -> dict[str, RequestHandler]:
    """Return the handler of each command of the feed, by name."""

    def order(command: Command) -> RequestHandler:
        def obey(_: dict[str, Any]) -> dict[str, Any]:
            controls.command(command)
            return {"ok": True}

        return obey

    def delete(message: dict[str, Any]) -> dict[str, Any]:
        return _answered(lambda: {"undo_seconds": controls.delete_photo(str(message.get("name")))})

    def restore(message: dict[str, Any]) -> dict[str, Any]:
        return _answered(lambda: controls.restore_photo(str(message.get("name"))))

    orders = {str(name): order(name) for name in (Command.ARM, Command.DISARM, Command.SHOOT)}
    return {**orders, "status": lambda _: controls.status(), "delete": delete, "restore": restore}


def _answered(action: Callable[[], Mapping[str, Any] | None]) -> dict[str, Any]:
    try:
        answer = action()
    except ApplianceError as error:
        return {"ok": False, "error": str(error)}
    return {"ok": True, **(answer or {})}
