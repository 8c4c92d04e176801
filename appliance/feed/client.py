"""Another process's end of the feed: stays connected, passes messages on, asks and awaits answers."""

import asyncio
import itertools
import logging
from typing import Any, Protocol

from appliance.errors import FeedError
from appliance.feed.messages import PREFIX, lengths, pack, parse_message

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
ANSWER_SECONDS = 5.0


class Listener(Protocol):
    """Receiver of what the appliance publishes. Called in the event loop."""

    def linked(self, connected: bool) -> None:
        """Take note that the connection was made or lost."""
        ...

    def message(self, head: dict[str, Any], picture: bytes) -> None:
        """Take one message, other than an answer. What a foreign one raises is reported and passed over."""
        ...


class FeedClient:
    """Connection to the appliance's socket ``path``. Everything here runs in one event loop."""

    def __init__(self, path: str, listener: Listener) -> None:
        self._path = path
        self._listener = listener
        self._want = "nothing"
        self._writer: asyncio.StreamWriter | None = None
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._numbers = itertools.count(1)

    @property
    def connected(self) -> bool:
        """Whether the appliance is connected."""
        return self._writer is not None

    async def run(self) -> None:
        """Keep connected, until cancelled."""
        while True:
            try:
                reader, self._writer = await asyncio.open_unix_connection(self._path)
            except OSError as error:
                log.debug("The appliance cannot be reached: %s", error)
            else:
                try:
                    await self._converse(reader, self._writer)
                except Exception:  # whatever it is: this process is of no use without the appliance
                    log.exception("The connection to the appliance failed; connecting again")
            await asyncio.sleep(RETRY_SECONDS)

    def want(self, what: str) -> None:
        """Choose what is published to this process: ``frames``, ``scores``, ``changes`` or ``nothing``."""
        self._want = what
        if self._writer is not None:
            self._writer.write(pack({"want": what}))

    async def ask(self, word: str, **fields: Any) -> dict[str, Any]:
        """Send a command and return the answer. Raises FeedError when the appliance does not answer."""
        if self._writer is None:
            raise FeedError("The appliance is not running", "This connects again when it starts")
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        try:
            self._writer.write(pack({"do": word, "id": number, **fields}))
            async with asyncio.timeout(ANSWER_SECONDS):
                return await answer
        except (TimeoutError, OSError, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and not answer.cancelled():
                raise  # the request was, not the answer
            raise FeedError("The appliance does not answer", "Try again in a moment") from None
        finally:
            self._answers.pop(number, None)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.want(self._want)
            self._listener.linked(True)
            while True:
                head, picture = lengths(await reader.readexactly(PREFIX.size))
                message = parse_message(await reader.readexactly(head))
                self._understand(message, await reader.readexactly(picture))
        except asyncio.IncompleteReadError:
            log.info("The camera program has stopped")
        except (FeedError, OSError) as error:
            log.info("Lost the connection to the appliance: %s", error)
        finally:
            writer.close()
            self._writer = None
            for answer in self._answers.values():
                answer.cancel()
            self._answers.clear()
            self._listener.linked(False)

    def _understand(self, head: dict[str, Any], picture: bytes) -> None:
        """Take one message, or report that it is none of this version's and go on."""
        try:
            if head.get("kind") == "answer":
                answer = self._answers.pop(head.pop("id"), None)
                if answer is not None and not answer.done():
                    answer.set_result(head)
            else:
                self._listener.message(head, picture)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            log.warning(
                "A message of the appliance, %.40r, is not understood (%s: %.80s). Are the appliance and "
                "this program of the same version? Restart both",
                head.get("kind"),
                type(error).__name__,
                error,
            )
