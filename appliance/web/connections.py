"""Limits on connections that uvicorn lacks: silent clients, slow clients, stalled readers, too many.

A connection is being served from the moment the head of its request has arrived until the answer has been
given; the ASGI middleware :class:`Limits` reports it. One that is not being served may stay REQUEST_SECONDS.
This ends requests that never begin or drip in (slowloris), handshakes that websockets refuses in silence, and
bodies that nobody reads.

This relies on the names of uvicorn's two protocol classes, and that they are asyncio protocols: one of
``http=`` is made for each connection, and its transport is handed to one of ``ws=`` for a WebSocket.
"""

import asyncio
from typing import ClassVar, cast

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from appliance.web.origin import network_of

REQUEST_SECONDS = 10.0
"""A connection that is not being served is disconnected after this, or up to a quarter more."""
SEND_SECONDS = 40.0
"""A client that reads nothing is disconnected after this, or up to ten seconds more."""
MAX_PER_ADDRESS = 40
"""Open connections; a browser opens six, and everybody behind one router has one address."""

MAX_OPEN = 160
"""Open connections of all addresses together: some more than may ask, so that most are told why they get
nothing, and far fewer than descriptors (LimitNOFILE of the unit)."""

_Ends = tuple[tuple[str, int], tuple[str, int]]
"""Address and port of the client, and of this machine."""


class Connection:
    """One open connection. Used only in the event loop."""

    current: ClassVar[dict[_Ends, "Connection"]] = {}

    def __init__(self, transport: asyncio.Transport) -> None:
        self.served = 0
        self._transport = transport
        self._full = False
        self._loop = asyncio.get_running_loop()
        self._since = self._loop.time()
        self._ends = _ends(transport)
        self.network = network_of(self._ends[0][0])
        self.current[self._ends] = self
        self._timer = self._loop.call_later(0, self._check)

    @classmethod
    def of(cls, transport: asyncio.Transport) -> "Connection | None":
        """Return the connection of ``transport``, made on demand; None if its address has too many."""
        ends = _ends(transport)
        if ends in cls.current:
            return cls.current[ends]
        if len(cls.current) >= MAX_OPEN:
            return None
        network = network_of(ends[0][0])
        if sum(connection.network == network for connection in cls.current.values()) >= MAX_PER_ADDRESS:
            return None
        return cls(transport)

    def hang_up(self) -> None:
        """End the connection at once, whatever waits to be sent."""
        self._transport.abort()

    def serve(self, step: int) -> None:
        """Count a request that begins (1) or has been answered (-1)."""
        self.served += step
        self._since = self._loop.time()

    def full(self, full: bool) -> None:
        """Record whether the write buffer is full, so that writing is paused."""
        self._full = full
        self._since = self._loop.time()

    def lost(self) -> None:
        """Forget the connection: its transport is lost."""
        self._timer.cancel()
        self.current.pop(self._ends, None)

    def _check(self) -> None:
        now = self._loop.time()
        stuck = self._full or self._transport.is_closing()
        if self.served and not stuck:
            self._since = now
        unsent = stuck or self._transport.get_write_buffer_size()
        if now - self._since >= (SEND_SECONDS if unsent else REQUEST_SECONDS):
            self._transport.abort()  # close() would wait until everything has been taken
        self._timer = self._loop.call_later(min(REQUEST_SECONDS, SEND_SECONDS) / 4, self._check)


def hang_up(scope: Scope) -> None:
    """End the connection that ``scope`` came by."""
    connection = _connection(scope)
    if connection:
        connection.hang_up()


def _connection(scope: Scope) -> Connection | None:
    client, server = scope.get("client"), scope.get("server")
    return Connection.current.get((tuple(client), tuple(server))) if client and server else None


def _ends(transport: asyncio.BaseTransport) -> _Ends:
    client, server = (transport.get_extra_info(name) for name in ("peername", "sockname"))
    return (str(client[0]), int(client[1])), (str(server[0]), int(server[1]))


class _Watched(asyncio.Protocol):
    """Forwards the transport's events to the connection."""

    _connection: Connection | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        stream = cast(asyncio.Transport, transport)
        self._connection = Connection.of(stream)
        if self._connection is None:
            stream.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._connection.lost()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        if self._connection is not None:
            self._connection.full(True)
        super().pause_writing()

    def resume_writing(self) -> None:
        if self._connection is not None:
            self._connection.full(False)
        super().resume_writing()


class WatchedHttp(_Watched, H11Protocol):
    """HTTP on one connection."""


class WatchedWebSocket(_Watched, WebSocketsSansIOProtocol):
    """A WebSocket, on the connection of the request it began as."""


class Limits:
    """ASGI middleware that marks connections as served, and refuses WebSockets beyond ``most`` connections.

    For requests uvicorn has that limit itself (``limit_concurrency``).
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or WebSocket."""
        connection = _connection(scope)
        if not connection:  # the server starts or ends, or the connection is lost already
            await self._app(scope, receive, send)
            return
        connection.serve(1)
        try:
            if scope["type"] == "websocket" and len(Connection.current) >= self._most:
                await send({"type": "websocket.http.response.start", "status": 503, "headers": []})
                await send({"type": "websocket.http.response.body", "body": b""})
            else:
                await self._app(scope, receive, send)
        finally:
            connection.serve(-1)
