"""Live view: a WebSocket per viewer, with annotated frames out and commands back.

A frame goes out as binary: big-endian uint32 length of the JSON, the JSON, the JPEG. Everything else is text.
The browser sends ``shown`` after each frame it has drawn; at most two are on the way, so a slow or sleeping
browser gets fewer frames, never late ones.
"""

import asyncio
import json
import struct
from collections import OrderedDict, deque
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from appliance.clock import Clock
from appliance.web.link import Viewer

MOST_UNDERWAY = 2
QUIET_SECONDS = 5.0
"""Seconds without a message after which the browser gets one that shows that the page is alive."""
ASLEEP_SECONDS = 45.0
"""A browser that shows no frame for this long is asleep and disconnected; it reconnects by itself."""
MOST_MESSAGE = 1024
MOST_MESSAGES = 200
"""Messages a second. A browser sends one for each frame; more keep other answers waiting."""
_LENGTH = struct.Struct("!I")


class Latency:
    """Latency of the last frames from the camera to the screen and back to here, seconds."""

    def __init__(self) -> None:
        self._shown: deque[float] = deque(maxlen=1000)
        self.count = 0

    def add(self, seconds: float) -> None:
        """Add the latency of a frame that was shown."""
        self._shown.append(seconds)
        self.count += 1

    def quantile(self, share: float) -> float | None:
        """Return the ``share`` quantile of the last latencies, seconds; None before the first."""
        if not self._shown:
            return None
        ordered = sorted(self._shown)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class LiveView:
    """One viewer's connection."""

    def __init__(self, socket: WebSocket, viewer: Viewer, latency: Latency, clock: Clock) -> None:
        self._socket = socket
        self._viewer = viewer
        self._latency = latency
        self._clock = clock
        self._underway: OrderedDict[int, float] = OrderedDict()
        self._visible = True
        self._heard_at = self._second = self._clock.now()
        self._messages = 0

    async def run(self) -> None:
        """Serve the browser until it leaves or sleeps."""
        listening = asyncio.create_task(self._listen())
        sending = asyncio.create_task(self._send())
        done, pending = await asyncio.wait({listening, sending}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for task in done:
            error = task.exception()
            if error is not None and not isinstance(error, WebSocketDisconnect | RuntimeError | OSError):
                raise error

    async def _listen(self) -> None:
        while True:
            received = await self._socket.receive()
            if received["type"] == "websocket.disconnect":
                return
            message = _parse(received.get("text"))
            if message is None or not self._is_in_time():
                return
            self._heard(message)

    def _is_in_time(self) -> bool:
        """Return whether no more messages have come in this second than a browser has to say."""
        now = self._clock.now()
        if now - self._second >= 1.0:
            self._second, self._messages = now, 0
        self._messages += 1
        return self._messages <= MOST_MESSAGES

    def _heard(self, message: dict[str, Any]) -> None:
        self._heard_at = self._clock.now()
        if "shown" in message:
            captured_at = self._underway.pop(message["shown"], None) if _is_int(message["shown"]) else None
            if captured_at is not None:
                self._latency.add(max(0.0, self._heard_at - captured_at))
        if isinstance(message.get("visible"), bool):
            self._visible = message["visible"]
            self._underway.clear()
            self._viewer.event({"kind": "awake"})  # after a sleep the browser checks the connection
        self._viewer.wake()

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        said_at = loop.time()
        while True:
            wants = self._visible and len(self._underway) < MOST_UNDERWAY
            try:
                # Frames that nobody wants wake us too, many times a second: they must not count as said.
                async with asyncio.timeout_at(said_at + QUIET_SECONDS):
                    item = await self._viewer.next(wants)
            except TimeoutError:
                if self._underway and self._clock.now() - self._heard_at > ASLEEP_SECONDS:
                    await self._socket.close(4408, "asleep")
                    return
                item = {"kind": "awake"}
            if item is None:
                continue
            said_at = loop.time()
            if isinstance(item, dict):
                await self._socket.send_text(json.dumps(item))
            else:
                await self._send_frame(*item)

    async def _send_frame(self, head: dict[str, Any], picture: bytes) -> None:
        age = self._clock.now() - head["captured_at"]
        text = json.dumps({**head, "age": round(age, 4)}, separators=(",", ":")).encode()
        self._underway[head["sequence"]] = head["captured_at"]
        await self._socket.send_bytes(_LENGTH.pack(len(text)) + text + picture)


def _parse(text: str | None) -> dict[str, Any] | None:
    """Return the message; None where it is binary, too long, or no JSON object."""
    if text is None or len(text) > MOST_MESSAGE:
        return None
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
