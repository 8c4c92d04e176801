"""Commands from the broker: checked, limited in rate, and passed on to the appliance or its settings."""

import asyncio
import logging
from collections import deque
from typing import Any, Protocol

from appliance.clock import Clock
from appliance.editing.settings_file import SettingsFile
from appliance.errors import ApplianceError, UsageError
from appliance.mqtt.appliance_state import SEPARATOR
from appliance.mqtt.discovery import SENSITIVITIES
from appliance.records.labels import EXPRESSIONS

log = logging.getLogger(__name__)

MOST_COMMANDS = 10
PER_SECONDS = 10.0
MOST_COMMAND_BYTES = 64
SETTABLE = frozenset({"rule.expression", "rule.sensitivity"})
"""Settings that the broker may change."""


class Receiver(Protocol):
    """Receiver of commands, such as a :class:`appliance.feed.client.FeedClient`."""

    async def ask(self, word: str, **fields: Any) -> dict[str, Any]:
        """Send a command and return the answer. Raises FeedError."""
        ...


class CommandExecutor:
    """Executor of commands. A command that is refused is logged, and changes nothing."""

    def __init__(self, appliance: Receiver, settings: SettingsFile, clock: Clock) -> None:
        self._appliance = appliance
        self._settings = settings
        self._clock = clock
        self._recent: deque[float] = deque(maxlen=MOST_COMMANDS)
        self.ignored = 0

    async def obey(self, name: str, payload: bytes) -> bool:
        """Execute the command ``name``; return whether it was done."""
        now = self._clock.now()
        if len(self._recent) == MOST_COMMANDS and now - self._recent[0] < PER_SECONDS:
            self.ignored += 1
            if self.ignored == 1 or self.ignored % 1000 == 0:
                log.warning(
                    "More than %d commands in %.0f s come from the broker; %d ignored so far",
                    MOST_COMMANDS,
                    PER_SECONDS,
                    self.ignored,
                )
            return False
        self._recent.append(now)
        try:
            await self._execute(name, _word(name, payload))
        except ApplianceError as error:
            log.warning("The broker's command %.40r is refused: %s", name, error)
            return False
        return True

    async def _execute(self, name: str, word: str) -> None:
        match name:
            case "armed":
                await self._appliance.ask({"ON": "arm", "OFF": "disarm"}[_one_of(name, word, ("ON", "OFF"))])
            case "photo":
                _one_of(name, word, ("PRESS",))
                await self._appliance.ask("shoot")
            case "expression":
                chosen = word.split(SEPARATOR)
                for expression in chosen:
                    _one_of(name, expression, EXPRESSIONS)
                await self._change("rule.expression", chosen)
            case "sensitivity":
                await self._change("rule.sensitivity", _one_of(name, word, SENSITIVITIES))
            case _:
                raise UsageError(
                    "There is no such command", "There are armed, photo, expression and sensitivity"
                )

    async def _change(self, key: str, value: Any) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self._settings.change, {key: value})


def _word(name: str, payload: bytes) -> str:
    try:
        if len(payload) <= MOST_COMMAND_BYTES:
            return payload.decode()
    except UnicodeDecodeError:
        pass
    raise UsageError(f"What was sent to {name} is not one of its words")


def _one_of(name: str, word: str, words: tuple[str, ...]) -> str:
    if word not in words:
        raise UsageError(f"{name} cannot be {word!r}", f"Send one of: {', '.join(words)}")
    return word
