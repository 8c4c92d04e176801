"""Subscriber of the feed: its wishes, its pending messages, its requests."""

import socket
from collections import deque
from collections.abc import Iterator
from typing import Any

from appliance.errors import FeedError
from appliance.feed.messages import PREFIX, lengths, parse_message

MOST_UNSENT = 256
"""Unread events beyond which a subscriber counts as stalled and is disconnected."""
MOST_COMMAND = 16 * 1024
_READ = 64 * 1024


class Subscriber:
    """Connected subscriber. Not thread-safe: only the feed's thread uses it."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        connection.setblocking(False)
        self.wants = "nothing"
        self._unsent = bytearray()
        self._events: deque[bytes] = deque()
        self._frame = b""
        self._received = bytearray()

    def event(self, data: bytes) -> None:
        """Queue the event ``data``. Raises FeedError when too much waits already."""
        if len(self._events) >= MOST_UNSENT:
            raise FeedError("The page does not read its events")
        self._events.append(data)

    def frame(self, data: bytes) -> int:
        """Send ``data`` next, in place of a frame that still waits; return how many were dropped."""
        dropped = 1 if self._frame else 0
        self._frame = data
        return dropped

    def send(self) -> bool:
        """Send what can be sent now; return whether something is left. Raises OSError."""
        while self._unsent or self._events or self._frame:
            if not self._unsent:
                if self._events:
                    self._unsent += self._events.popleft()
                else:
                    self._unsent += self._frame
                    self._frame = b""
            try:
                sent = self.connection.send(self._unsent)
            except BlockingIOError:
                return True
            del self._unsent[:sent]
        return False

    def received(self) -> Iterator[dict[str, Any]]:
        """Yield the messages received. Raises FeedError, also when the other side has disconnected."""
        try:
            data = self.connection.recv(_READ)
        except BlockingIOError:
            return
        if not data:
            raise FeedError("The page has disconnected")
        self._received += data
        while len(self._received) >= PREFIX.size:
            head, _ = lengths(bytes(self._received[: PREFIX.size]), MOST_COMMAND, 0)
            end = PREFIX.size + head
            if len(self._received) < end:
                return
            text = bytes(self._received[PREFIX.size : end])
            del self._received[:end]
            yield parse_message(text)
