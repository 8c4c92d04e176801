"""Connections with limits that uvicorn lacks: slow requests, clients that take nothing, too many at once."""

import asyncio
from collections import Counter
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

REQUEST_SECONDS = 10.0
"""Within this a request's head must be here, whether it drips in or never begins (slowloris), what is
left of its body once it has been answered, and a WebSocket's handshake be done."""
SEND_SECONDS = 30.0
"""A client that takes nothing for so long, or twice so long at most, is hung up on."""
MOST_PER_ADDRESS = 40
"""Open connections; a browser opens six, and everybody behind one router has one address."""


class Seat:
    """A connection's place among those of its address, kept until its transport is lost.

    ``transport.close()`` waits until everything has been taken: who takes nothing would stay for ever, and is
    hung up on here.
    """

    taken: ClassVar[Counter[str]] = Counter()

    def __init__(self, transport: asyncio.Transport, address: str, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._address = address
        self._loop = loop
        self._full = self._was_stuck = False
        self.taken[address] += 1
        self._next_look = loop.call_later(SEND_SECONDS, self._look)

    def full(self, full: bool) -> None:
        """Whether so much waits to be taken that no more is written."""
        self._full = full
        self._was_stuck = False

    def leave(self) -> None:
        """The transport is lost."""
        self._next_look.cancel()
        self.taken[self._address] -= 1
        if not self.taken[self._address]:
            del self.taken[self._address]

    def _look(self) -> None:
        stuck = self._full or self._transport.is_closing()
        if stuck and self._was_stuck:
            self._transport.abort()
        self._was_stuck = stuck
        self._next_look = self._loop.call_later(SEND_SECONDS, self._look)


class _Seated(asyncio.Protocol):
    """What both protocols of a connection tell its seat."""

    seat: Seat | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """As uvicorn, and counted."""
        if self.seat is not None:
            self.seat.leave()
            self.seat = None
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """As uvicorn, and not for ever."""
        if self.seat is not None:
            self.seat.full(True)
        super().pause_writing()

    def resume_writing(self) -> None:
        """As uvicorn."""
        if self.seat is not None:
            self.seat.full(False)
        super().resume_writing()


class PatientWebSocket(_Seated, WebSocketsSansIOProtocol):
    """One live view. From its handshake on, uvicorn's pings tell whether the other side is still there."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As uvicorn, which waits for the end of the handshake without limit."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(REQUEST_SECONDS, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """As uvicorn; nothing is waited for any more."""
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)

    def _too_slow(self) -> None:
        if not self.handshake_complete:
            self.transport.abort()


class PatientProtocol(_Seated, H11Protocol):
    """One connection."""

    _deadline: asyncio.TimerHandle | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access_log = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As uvicorn, unless the other side has too many connections."""
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        if Seat.taken[address] >= MOST_PER_ADDRESS:
            transport.abort()
            return
        self.seat = Seat(transport, address, self.loop)
        self._set_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        """As uvicorn; nothing is waited for any more."""
        self._clear_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """As uvicorn; a request that has begun must get on."""
        super().data_received(data)
        waiting = self.conn.their_state is h11.IDLE
        if not waiting:
            self._clear_deadline()
        elif self._deadline is None:
            self._set_deadline()

    def on_response_complete(self) -> None:
        """As uvicorn, whose patience begins anew with every byte; a body nobody needs any more must end."""
        if self.conn.their_state is h11.SEND_BODY:
            self.loop.call_later(REQUEST_SECONDS, self._still_sending, self.cycle)
        super().on_response_complete()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """As uvicorn, which has no limit here, and does not answer a head that websockets refuses."""
        self._clear_deadline()
        if self._crowded():
            self._refuse(503)
            return
        super().handle_websocket_upgrade(event)
        protocol = self.transport.get_protocol()
        if isinstance(protocol, PatientWebSocket):
            protocol.seat, self.seat = self.seat, None
            if not protocol.handshake_initiated:
                self._refuse(400)

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

    def _crowded(self) -> bool:
        """The limit that uvicorn has for requests."""
        most = self.limit_concurrency
        return most is not None and (len(self.connections) >= most or len(self.tasks) >= most)

    def _refuse(self, status: int) -> None:
        headers = [("Connection", "close"), ("Content-Length", "0")]
        for event in (h11.Response(status_code=status, headers=headers), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _still_sending(self, cycle: RequestResponseCycle) -> None:
        if self.cycle is cycle and self.conn.their_state is h11.SEND_BODY:
            self.transport.abort()
