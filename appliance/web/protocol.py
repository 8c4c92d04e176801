"""The HTTP connection with limits uvicorn does not have: slow requests and too many from one address."""

import asyncio
from collections import Counter
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_SECONDS = 10.0
"""Within this a request's head must be here, whether it drips in or never begins (slowloris)."""
MOST_PER_ADDRESS = 40
"""Open connections; a browser opens six, and everybody behind one router has one address."""


class PatientProtocol(H11Protocol):
    """One connection."""

    _open: ClassVar[Counter[str]] = Counter()
    _address = ""
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As uvicorn, unless the other side has too many connections."""
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        if self._open[address] >= MOST_PER_ADDRESS:
            transport.abort()
            return
        self._address = address
        self._open[address] += 1
        self._set_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        """As uvicorn, and counted."""
        self._leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """As uvicorn; a request that has begun must get on."""
        super().data_received(data)
        waiting = self.conn.their_state is h11.IDLE
        if not waiting:
            self._clear_deadline()
        elif self._deadline is None:
            self._set_deadline()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """As uvicorn; from here on it is the live page's business."""
        self._leave()
        super().handle_websocket_upgrade(event)

    def _set_deadline(self) -> None:
        self._deadline = self.loop.call_later(REQUEST_SECONDS, self._too_slow)

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.abort()

    def _leave(self) -> None:
        self._clear_deadline()
        if self._address:
            self._open[self._address] -= 1
            if not self._open[self._address]:
                del self._open[self._address]
            self._address = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access_log = False
