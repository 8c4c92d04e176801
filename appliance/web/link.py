"""Page's end of the feed: stays connected, keeps the newest frame, and shares it among viewers."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

from appliance.clock import Clock
from appliance.errors import FeedError
from appliance.feed.client import FeedClient
from appliance.web.history import History

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
        self._client = FeedClient(path, self)
        self._history = history
        self.clock = clock
        self._linger = history.since(0.0)["keep"]
        self._viewers: set[Viewer] = set()
        self._leaving: asyncio.TimerHandle | None = None
        self.newest: Message | None = None
        self.newest_at = 0.0
        self.fault: str | None = None
        self.faults: list[str] = []
        self.run = self._client.run
        self.ask = self._client.ask

    @property
    def connected(self) -> bool:
        """Whether the appliance is connected."""
        return self._client.connected

    def linked(self, connected: bool) -> None:
        """Tell the viewers that the connection was made or lost."""
        if not connected:
            self.newest = self.fault = None
            self.faults = []
        self._publish({"kind": "link", "connected": connected})

    def message(self, head: dict[str, Any], picture: bytes) -> None:
        """Keep a frame, and share it and every event among the viewers."""
        kind = head.get("kind")
        if kind == "frame":
            _check_frame(head)
            self.newest_at = self.clock.now()
            self._history.add(head["people"], self.newest_at, time.time())
            self.newest = (head, picture)
            if picture:
                for viewer in self._viewers:
                    viewer.frame(self.newest)
        else:
            if kind == "fault":
                self.fault = head["light"]
                self.faults = list(head.get("lights", ()))
            self._publish(head)

    def _publish(self, event: dict[str, Any]) -> None:
        for viewer in self._viewers:
            viewer.event(event)

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
        self._client.want("frames" if self._viewers else "scores" if self._leaving else "nothing")


def _check_frame(head: dict[str, Any]) -> None:
    """Check what the page itself reads of a frame. Raises KeyError, TypeError."""
    for key, kind in (("sequence", int), ("captured_at", int | float), ("people", list), ("armed", bool)):
        if not isinstance(head[key], kind):
            raise TypeError(f"{key} is {type(head[key]).__name__}")
