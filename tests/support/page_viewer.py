"""A browser on the live page, without its screen; and an appliance that films all the time."""

import json
import struct
import threading
from typing import Any

import websockets.exceptions as websockets_exceptions
import websockets.sync.client as websockets

from appliance.records.decision import Decision
from tests.support.page_server import Page, decision


class Browser:
    """A viewer of the live page."""

    def __init__(self, page: Page, **headers: str) -> None:
        address = f"ws://127.0.0.1:{page.port}/live"
        connecting = websockets.connect(
            address, compression=None, additional_headers=headers, close_timeout=2
        )
        self.socket = connecting.__enter__()  # closed by each test, some in the middle

    def next(self) -> tuple[dict[str, Any], bytes]:
        data = self.socket.recv(timeout=10)
        if isinstance(data, str):
            return json.loads(data), b""
        (length,) = struct.unpack("!I", data[:4])
        return json.loads(data[4 : 4 + length]), data[4 + length :]

    def frame(self) -> tuple[dict[str, Any], bytes]:
        """The next frame, shown and said so."""
        while True:
            head, picture = self.next()
            if head["kind"] == "frame":
                self.socket.send(json.dumps({"shown": head["sequence"]}))
                return head, picture

    def event(self, kind: str) -> dict[str, Any]:
        while True:
            head, _ = self.next()
            if head["kind"] == kind:
                return head

    def closed_with(self) -> int:
        """Read on until the page closes the connection; return its code."""
        try:
            while True:
                self.frame()
        except websockets_exceptions.ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else 1006


class Filming:
    """Frames go through the feed all the time, as from a pipeline."""

    def __init__(self, page: Page) -> None:
        self.sequence = 0
        self._page = page
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Filming":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(0.01):
            self._page.feed.frame(self.frame())
            self.sequence += 1

    def frame(self) -> Decision:
        """Return the next frame, decided."""
        return decision(self.sequence, 0.9, 0.2)
