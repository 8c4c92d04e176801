"""What the page may ask of the appliance. Nothing else comes in over the feed."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from appliance.errors import ApplianceError
from appliance.feed.server import RequestHandler
from appliance.records.decision import Command


class Controls(Protocol):
    """The appliance, as far as the page may reach it."""

    def command(self, command: Command) -> None:
        """Arm, disarm, take a photo now."""
        ...

    def status(self) -> Mapping[str, Any]:
        """Counters of the stages, the rule in use."""
        ...

    def delete_photo(self, name: str) -> None:
        """Remove one photo. Raises StorageError."""
        ...


def commands(controls: Controls) -> dict[str, RequestHandler]:
    """What each word of the feed does."""

    def order(command: Command) -> RequestHandler:
        def obey(_: dict[str, Any]) -> dict[str, Any]:
            controls.command(command)
            return {"ok": True}

        return obey

    def delete(message: dict[str, Any]) -> dict[str, Any]:
        return _told(lambda: controls.delete_photo(str(message.get("name"))))

    words = {str(one): order(one) for one in (Command.ARM, Command.DISARM, Command.SHOOT)}
    return {**words, "status": lambda _: controls.status(), "delete": delete}


def _told(action: Callable[[], None]) -> dict[str, Any]:
    try:
        action()
    except ApplianceError as error:
        return {"ok": False, "error": str(error)}
    return {"ok": True}
