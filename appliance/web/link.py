"""Page's end of the feed: stays connected, keeps the newest frame, and shares it among viewers."""

import asyncio
import contextlib
import itertools
import logging
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

from appliance.clock import Clock
from appliance.errors import FeedError
from appliance.feed.messages import PREFIX, lengths, pack, parse_message
from appliance.web.history import History

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
ANSWER_SECONDS = 5.0
MOST_VIEWERS = 16
_MOST_EVENTS = 64

Message = tuple[dict[str, Any], bytes]


class Viewer:
    """Queue of one viewer: events in order, and the newest frame. A slow viewer misses frames only."""

    def __init__(self) -> None:
        self._events: deque[dict[str, Any]] = deque(maxlen=_MOST_EVENTS)
        self._frame: Message | None = None
        self._changed = asyncio.Event()

    def event(self, event: dict[str, Any]) -> None:
        """Add an event; beyond 64 the oldest is dropped."""
        self._events.append(event)
        self._changed.set()

    def frame(self, frame: Message) -> None:
        """Replace the waiting frame by a newer one."""
        self._frame = frame
        self._changed.set()

    async def next(self, frames: bool) -> dict[str, Any] | Message | None:
        """Return the next event, else the newest frame (if ``frames``); None when woken for neither."""
        if not self._events and not (frames and self._frame):
            self._changed.clear()
            await self._changed.wait()
        if self._events:
            return self._events.popleft()
        if frames and self._frame:
            frame, self._frame = self._frame, None
            return frame
        return None

    def wake(self) -> None:
        """Let :meth:`next` check again."""
        self._changed.set()


class Link:
    """Connection to the appliance. Everything here runs in the server's event loop."""

    def __init__(self, path: str, history: History, clock: Clock) -> None:
        self._path = path
        self._history = history
        self.clock = clock
        self._linger = history.since(0.0)["keep"]
        self._viewers: set[Viewer] = set()
        self._writer: asyncio.StreamWriter | None = None
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._numbers = itertools.count(1)
        self._leaving: asyncio.TimerHandle | None = None
        self.newest: Message | None = None
        self.newest_at = 0.0
        self.fault: str | None = None

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
                    await self._converse(reader)
                except Exception:  # whatever it is: the page is of no use without the appliance
                    log.exception("The connection to the appliance failed; connecting again")
            await asyncio.sleep(RETRY_SECONDS)

    async def _converse(self, reader: asyncio.StreamReader) -> None:
        assert self._writer is not None
        try:
            self._say_wanted()
            self._tell({"kind": "link", "connected": True})
            while True:
                head, picture = lengths(await reader.readexactly(PREFIX.size))
                message = parse_message(await reader.readexactly(head))
                self._understand(message, await reader.readexactly(picture))
        except asyncio.IncompleteReadError:
            log.info("The camera program has stopped")
        except (FeedError, OSError) as error:
            log.info("Lost the connection to the appliance: %s", error)
        finally:
            self._writer.close()
            self._writer = self.newest = self.fault = None
            for answer in self._answers.values():
                answer.cancel()
            self._answers.clear()
            self._tell({"kind": "link", "connected": False})

    def _understand(self, head: dict[str, Any], picture: bytes) -> None:
        """Take one message, or say that it is none of this version's and go on."""
        try:
            self._take(head, picture)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            log.warning(
                "A message of the appliance, %.40r, is not understood (%s: %.80s). Are the appliance and its "
                "page of the same version? Restart both",
                head.get("kind"),
                type(error).__name__,
                error,
            )

    def _take(self, head: dict[str, Any], picture: bytes) -> None:
        kind = head.get("kind")
        if kind == "frame":
            _check_frame(head)
            self.newest_at = self.clock.now()
            self._history.add(head["people"], self.newest_at, time.time())
            self.newest = (head, picture)
            if picture:
                for viewer in self._viewers:
                    viewer.frame(self.newest)
        elif kind == "answer":
            answer = self._answers.pop(head.pop("id"), None)
            if answer is not None and not answer.done():
                answer.set_result(head)
        else:
            if kind == "fault":
                self.fault = head["light"]
            self._tell(head)

    def _tell(self, event: dict[str, Any]) -> None:
        for viewer in self._viewers:
            viewer.event(event)

    async def ask(self, word: str, **fields: Any) -> dict[str, Any]:
        """Send a command and return the answer. Raises FeedError when the appliance does not answer."""
        if self._writer is None:
            raise FeedError("The appliance is not running", "This page reconnects when it starts")
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

    @contextlib.contextmanager
    def watching(self) -> Iterator[Viewer]:
        """Register a viewer while the context lasts. Raises FeedError at MOST_VIEWERS."""
        if len(self._viewers) >= MOST_VIEWERS:
            raise FeedError(f"{MOST_VIEWERS} people are watching already")
        viewer = Viewer()
        self._viewers.add(viewer)
        viewer.event({"kind": "link", "connected": self.connected})
        viewer.event({"kind": "fault", "light": self.fault})
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None
        self._say_wanted()
        try:
            yield viewer
        finally:
            self._viewers.discard(viewer)
            if not self._viewers:
                loop = asyncio.get_running_loop()
                self._leaving = loop.call_later(self._linger, self._left)
                self._say_wanted()

    def _left(self) -> None:
        self._leaving = None
        self._say_wanted()

    @property
    def viewers(self) -> int:
        """Number of viewers."""
        return len(self._viewers)

    def _say_wanted(self) -> None:
        """Ask for frames while somebody watches, then for scores as long as the chart reaches back."""
        if self._writer is not None:
            want = "frames" if self._viewers else "scores" if self._leaving else "nothing"
            self._writer.write(pack({"want": want}))


def _check_frame(head: dict[str, Any]) -> None:
    """Check what the page itself reads of a frame. Raises KeyError, TypeError."""
    for key, kind in (("sequence", int), ("captured_at", int | float), ("people", list), ("armed", bool)):
        if not isinstance(head[key], kind):
            raise TypeError(f"{key} is {type(head[key]).__name__}")
