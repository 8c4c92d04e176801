"""Strangers and their connections against the real server: no place is held for long, the owner gets in."""

import contextlib
import socket
import threading
import time
from pathlib import Path

import pytest

from appliance.web import connections
from appliance.web.passwords import hash_password
from tests.support.page_server import Page, serving
from tests.support.passwords import PASSWORD

pytestmark = pytest.mark.long

UPGRADE = (
    b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
KINDS = {
    "silent": b"",
    "half a head": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Drip: ",
    "a body that does not come": b"POST /api/login HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    "an upgrade": UPGRADE + b"\r\n",
    "an upgrade with a body": UPGRADE + b"Content-Length: 1\r\n\r\n",
    "an upgrade with a long header": UPGRADE + b"X-Long: " + b"a" * 9000 + b"\r\n\r\n",
    "an answer never taken": b"GET /static/app.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
}
COUNT = 1000
SECONDS = 15.0


@pytest.mark.parametrize("kind", KINDS)
def test_no_connection_holds_a_place_for_longer_than_fifteen_seconds(tmp_path: Path, kind: str) -> None:
    with serving(tmp_path, password=hash_password(PASSWORD)) as page, contextlib.ExitStack() as held:
        for number in range(COUNT):
            address = f"127.0.0.{2 + number % 25}"
            with contextlib.suppress(OSError):  # hung up on already
                one = socket.create_connection(("127.0.0.1", page.port), 5, (address, 0))
                held.callback(one.close)
                one.sendall(KINDS[kind])
        most = len(connections.Connection.current)
        started = time.monotonic()
        while len(connections.Connection.current) and time.monotonic() - started < SECONDS:
            time.sleep(0.1)
        left = len(connections.Connection.current)
        print(f"\n{kind}: {COUNT} connections, {most} at once, {left} left after {SECONDS:.0f} s")
        assert most <= connections.MAX_OPEN
        assert left == 0
        assert page.ask("/").status == 200


def _guess(page: Page, address: str, stop: threading.Event) -> None:
    while not stop.is_set():
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", page.port), 5, (address, 0)) as one,
        ):
            one.sendall(
                b"POST /api/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                b'Content-Length: 20\r\nConnection: close\r\n\r\n{"password":"guess"}'
            )
            one.recv(1000)
        time.sleep(0.2)


@pytest.mark.parametrize("own", [False, True], ids=["six addresses", "the owner's own"])
def test_the_owners_browser_gets_in_while_others_guess(tmp_path: Path, own: bool) -> None:
    addresses = ["127.0.0.1"] if own else [f"127.0.0.{number}" for number in range(40, 46)]
    stop = threading.Event()
    with serving(tmp_path, password=hash_password(PASSWORD)) as page:
        page.enter()
        threads = [threading.Thread(target=_guess, args=(page, one, stop)) for one in addresses]
        try:
            for thread in threads:
                thread.start()
            time.sleep(8)  # until their tries are used up
            right = 0
            for _ in range(22):
                answer = page.ask("/api/login", "POST", {"password": PASSWORD})
                right += answer.status == 200
                if answer.status == 200:
                    page.headers["Cookie"] = answer.headers["set-cookie"].partition(";")[0]
                time.sleep(0.5)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        print(f"\nguesses from {len(addresses)} address(es): {right} of 22 right logins")
        assert right >= 21


def test_a_flood_of_requests_leaves_the_page_answering(tmp_path: Path) -> None:
    stop, counts = threading.Event(), [0] * 8

    def flood(number: int) -> None:
        while not stop.is_set():
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", page.port), 5, (f"127.0.0.{60 + number}", 0)) as one,
            ):
                for _ in range(50):
                    one.sendall(b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                    one.recv(4096)
                    counts[number] += 1

    with serving(tmp_path, password=hash_password(PASSWORD)) as page:
        threads = [threading.Thread(target=flood, args=(number,)) for number in range(len(counts))]
        for thread in threads:
            thread.start()
        slowest = 0.0
        try:
            for _ in range(20):
                started = time.monotonic()
                assert page.ask("/healthz").status == 200
                slowest = max(slowest, time.monotonic() - started)
                time.sleep(0.5)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        print(f"\nflood: {sum(counts)} requests in 10 s and more, slowest answer meanwhile {slowest:.2f} s")
