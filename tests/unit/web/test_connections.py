"""Clients that stall, take nothing or are too many."""

import asyncio
import contextlib
import http.client
import socket
import time
from pathlib import Path

import pytest

from appliance.web import connections
from appliance.web.serve import MOST_CONNECTIONS
from tests.support.page_server import Page, serving
from tests.support.passwords import HASHED


def hung_up(connection: socket.socket) -> bool:
    """Whether the other side ends the connection, now or soon."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


def answers_within(page: Page, seconds: float) -> bool:
    """Whether one more request from this address is answered, at last."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if page.ask("/").status == 200:
                return True
        time.sleep(0.2)
    return False


def test_a_head_that_goes_on_and_on_is_refused(open_page: Page) -> None:
    with open_page.raw() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"a" * 300_000)
        assert hung_up(connection)


def test_slow_requests_are_disconnected_and_do_not_keep_others_out(
    open_page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.5)
    slow = [open_page.raw() for _ in range(connections.MAX_PER_ADDRESS - 5)]
    for number, connection in enumerate(slow):
        if number % 2:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Drip: ")
    assert open_page.ask("/").status == 200
    for connection in slow:
        assert hung_up(connection)
        connection.close()


@pytest.mark.parametrize("more", [b"", b"x"])
def test_who_is_answered_before_the_body_came_must_end_it_or_go(
    locked_page: Page, monkeypatch: pytest.MonkeyPatch, more: bytes
) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.5)
    head = b"POST /api/do/arm HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n"
    with locked_page.raw() as connection:
        connection.settimeout(5)
        connection.sendall(head)
        assert b" 401 " in connection.recv(65536)
        connection.sendall(more)
        assert hung_up(connection)


def test_one_address_cannot_hold_all_connections(open_page: Page) -> None:
    held = [open_page.raw() for _ in range(connections.MAX_PER_ADDRESS + 20)]
    time.sleep(0.2)
    gone = 0
    for connection in held:
        connection.settimeout(0.05)
        gone += hung_up(connection)
        connection.close()
    assert 20 <= gone < len(held)


def upgrade(path: bytes = b"/live", more: bytes = b"") -> bytes:
    """What asks for the live view, with headers more."""
    return (
        b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + more + b"\r\n"
    )


FAULTY_UPGRADES = {
    "a body": upgrade(more=b"Content-Length: 1\r\n"),
    "another method": upgrade().replace(b"GET", b"POST"),
    "no key": upgrade().replace(b"Sec-WebSocket-Key", b"X-Key"),
    "a body in pieces": upgrade(more=b"Transfer-Encoding: chunked\r\n"),
    "a long header": upgrade(more=b"X-Long: " + b"a" * 9000 + b"\r\n"),
    "a long address": upgrade(b"/live?" + b"a" * 9000),
    "many headers": upgrade(more=b"".join(b"X-%d: 1\r\n" % number for number in range(130))),
    "a body, elsewhere": upgrade(b"/nothing", b"Content-Length: 1\r\n"),
}


def strangers(page: Page, address: str, count: int, *requests: bytes) -> list[socket.socket]:
    """Who wants to see the live view without having logged in, and does not go when told so."""
    found = []
    for number in range(count):
        connection = socket.create_connection(("127.0.0.1", page.port), 5, (address, 0))
        with contextlib.suppress(OSError):  # hung up on already
            connection.sendall(requests[number % len(requests)] if requests else upgrade())
        found.append(connection)
    return found


def first_words(connection: socket.socket) -> bytes:
    """What the answer begins with; nothing if hung up on."""
    with contextlib.suppress(ConnectionError):
        return connection.recv(12)
    return b""


def test_live_views_of_strangers_do_not_keep_other_addresses_out(locked_page: Page) -> None:
    with contextlib.ExitStack() as held:
        views = [held.enter_context(one) for one in strangers(locked_page, "127.0.0.2", 150)]
        accepted = [first_words(one) for one in views].count(b"HTTP/1.1 101")
        assert locked_page.ask("/").status == 200
    assert 0 < accepted <= connections.MAX_PER_ADDRESS


@pytest.mark.parametrize("request_", FAULTY_UPGRADES.values(), ids=FAULTY_UPGRADES)
def test_a_faulty_upgrade_is_refused_or_left_unanswered_and_disconnected(
    locked_page: Page, monkeypatch: pytest.MonkeyPatch, request_: bytes
) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.5)
    with contextlib.closing(strangers(locked_page, "127.0.0.2", 1, request_)[0]) as connection:
        assert first_words(connection)[:10] in {b"HTTP/1.1 4", b""}
        assert hung_up(connection)


def test_faulty_upgrades_do_not_close_the_page_to_others(
    locked_page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than there is room for, silent from then on."""
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.5)
    with contextlib.ExitStack() as held:
        addresses = ("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5")
        kinds = FAULTY_UPGRADES.values()
        all_of_them = [
            held.enter_context(one) for each in addresses for one in strangers(locked_page, each, 33, *kinds)
        ]
        assert answers_within(locked_page, 10)
        assert all(hung_up(one) for one in all_of_them)


def test_a_silent_connection_holds_its_place_for_fifteen_seconds_at_most() -> None:
    assert connections.REQUEST_SECONDS * 1.25 <= 15


def test_a_live_view_outlives_the_deadline_of_its_handshake(
    open_page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.1)
    with contextlib.closing(strangers(open_page, "127.0.0.1", 1)[0]) as connection:
        assert first_words(connection) == b"HTTP/1.1 101"
        connection.settimeout(1.0)
        assert not hung_up(connection)


def test_no_more_live_views_are_accepted_than_there_is_room_for(locked_page: Page) -> None:
    with contextlib.ExitStack() as held:
        addresses = [f"127.0.0.{number}" for number in range(2, 7)]
        views = [held.enter_context(one) for each in addresses for one in strangers(locked_page, each, 40)]
        words = [first_words(one) for one in views]
    assert 0 < words.count(b"HTTP/1.1 101") < MOST_CONNECTIONS
    assert b"HTTP/1.1 503" in words


def test_downloads_nobody_takes_are_given_up_and_leave_room_for_others(
    open_page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    more_than_buffers_hold = 20_000_000
    (open_page.photos / "selfie-000100-20260102-150405.jpg").write_bytes(bytes(more_than_buffers_hold))
    monkeypatch.setattr(connections, "SEND_SECONDS", 0.5)
    held = [open_page.raw() for _ in range(connections.MAX_PER_ADDRESS)]
    for connection in held:
        connection.sendall(b"GET /photos.zip HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert answers_within(open_page, 15)
    for connection in held:
        connection.close()


def test_disconnecting_does_not_wait_for_a_client_that_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SEND_SECONDS", 0.1)

    class Closed(asyncio.Protocol):
        def __init__(self) -> None:
            self.lost = asyncio.Event()

        def connection_lost(self, _: Exception | None) -> None:
            self.lost.set()

    async def hang_up(ours: socket.socket) -> None:
        transport, closed = await asyncio.get_running_loop().create_connection(Closed, sock=ours)
        connection = connections.Connection.of(transport)
        assert connection is not None
        transport.write(bytes(20_000_000))
        transport.close()
        await asyncio.wait_for(closed.lost.wait(), 10)
        connection.lost()

    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname())
        with server.accept()[0]:
            asyncio.run(hang_up(ours))


def test_a_live_view_is_one_connection_from_its_request_to_its_end(locked_page: Page) -> None:
    """uvicorn hands a connection from its HTTP to its WebSocket protocol; both must be told of its end."""

    def views() -> int:
        return sum(client[0] == "127.0.0.77" for client, _ in list(connections.Connection.current))

    with contextlib.closing(strangers(locked_page, "127.0.0.77", 1)[0]) as view:
        assert first_words(view) == b"HTTP/1.1 101"
        assert views() == 1
    until = time.monotonic() + 10
    while views() and time.monotonic() < until:
        time.sleep(0.01)
    assert views() == 0


def test_all_addresses_together_have_a_limit_far_below_the_descriptors(open_page: Page) -> None:
    held = []
    for address in range(2, 10):
        for _ in range(connections.MAX_PER_ADDRESS):
            held.append(socket.create_connection(("127.0.0.1", open_page.port), 5, (f"127.0.0.{address}", 0)))
    time.sleep(0.3)
    assert len(connections.Connection.current) <= connections.MAX_OPEN
    for connection in held:
        connection.close()
    assert answers_within(open_page, 10)


def test_a_request_of_two_lengths_is_refused_and_its_connection_ended(open_page: Page) -> None:
    with open_page.raw() as connection:
        connection.sendall(
            b"POST /api/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            b"GET /api/session HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        )
        connection.settimeout(5)
        data = b""
        while piece := connection.recv(65536):
            data += piece
    assert data.startswith(b"HTTP/1.1 400 ")
    assert data.count(b"HTTP/1.1") == 1


def test_a_download_ends_with_its_session(tmp_path: Path) -> None:
    with serving(tmp_path, password=HASHED) as page:
        for number in range(1, 9):
            (page.photos / f"selfie-{number:06d}-20260102-150405.jpg").write_bytes(b"x" * 10_000_000)
        page.enter()
        with page.raw() as connection:
            cookie = page.headers["Cookie"].encode()
            connection.sendall(
                b"GET /photos.zip HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: " + cookie + b"\r\n\r\n"
            )
            taken = len(connection.recv(65536))
            assert page.ask("/api/logout", "POST", {}).status == 200
            with contextlib.suppress(ConnectionError):
                while piece := connection.recv(1 << 20):
                    taken += len(piece)
        assert taken < 80_000_000
