"""Who may see the page: passwords, sessions, other sites, hostile names and paths, and clients that stall."""

import asyncio
import contextlib
import http.client
import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import websockets.exceptions
import websockets.sync.client

from appliance.clock import VirtualClock
from appliance.config import load_config
from appliance.errors import ConfigError
from appliance.web import connections
from appliance.web.access import MOST_SESSIONS, SESSION_SECONDS, LoginLimiter, Sessions
from appliance.web.passwords import matches, scramble
from appliance.web.serve import MOST_CONNECTIONS
from tests.support.page_server import PASSWORD, SCRAMBLED, Page, serving, write_photo


@pytest.fixture(scope="module")
def open_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with serving(tmp_path_factory.mktemp("open")) as page:
        page.enter()
        yield page


@pytest.fixture
def locked_page(tmp_path: Path) -> Iterator[Page]:
    with serving(tmp_path, password=True) as page:
        yield page


def test_a_password_is_scrambled_with_salt_and_recognised() -> None:
    assert scramble(PASSWORD) != SCRAMBLED
    assert PASSWORD not in SCRAMBLED
    assert matches(PASSWORD, SCRAMBLED)
    assert not matches(PASSWORD + " ", SCRAMBLED)
    assert not matches("", SCRAMBLED)


@pytest.mark.parametrize("cost", ["scrypt:60:8:1", "scrypt:13:99:99", "scrypt:0:0:0"])
def test_a_cost_written_by_hand_that_cannot_be_paid_matches_nothing(cost: str) -> None:
    assert not matches(PASSWORD, f"{cost}:{'0' * 32}:{'0' * 64}")


@pytest.mark.parametrize("listen", ["0.0.0.0", "192.168.1.7", "::", "selfie.local"])
def test_any_other_address_than_this_machines_own_demands_a_password(tmp_path: Path, listen: str) -> None:
    with pytest.raises(ConfigError, match="needs a password"):
        load_config(None, [("web.listen", listen)])
    assert load_config(None, [("web.listen", listen), ("web.password", SCRAMBLED)]).web.listen == listen


def test_a_plain_password_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="web-password") as caught:
        load_config(None, [("web.password", "geheim123")])
    assert "geheim123" not in str(caught.value)


def test_off_and_local_by_default() -> None:
    web = load_config(None).web
    assert not web.enabled
    assert web.listen == "127.0.0.1"


GUARDED = [
    "/api/history",
    "/history.csv",
    "/api/photos",
    "/photos.zip",
    "/photos/selfie-000001-20260102-150405.jpg",
    "/thumbnails/selfie-000001-20260102-150405.jpg",
    "/api/settings",
    "/api/health",
    "/metrics",
    "/qr.svg",
    "/api/nothing",
]


def test_without_the_password_only_the_empty_page_is_served(locked_page: Page) -> None:
    write_photo(locked_page.photos, 1)
    for path in GUARDED:
        assert locked_page.ask(path).status == 401, path
    for path in ("/", "/static/app.js", "/api/session", "/healthz"):
        assert locked_page.ask(path).status == 200, path
    assert locked_page.ask("/api/do/shoot", "POST", {}).status == 401
    assert locked_page.ask("/api/settings", "PUT", {"rule.cooldown_seconds": 1}).status == 401
    assert locked_page.appliance.asked == []
    locked_page.enter()
    for path in GUARDED[:-1]:
        assert locked_page.ask(path).status == 200, path
    assert locked_page.ask(GUARDED[-1]).status == 404


def test_the_live_view_is_closed_to_who_has_not_logged_in(locked_page: Page) -> None:
    with websockets.sync.client.connect(
        f"ws://127.0.0.1:{locked_page.port}/live", compression=None
    ) as browser:
        with pytest.raises(websockets.exceptions.ConnectionClosed) as closed:
            browser.recv(timeout=10)
        assert closed.value.rcvd.code == 4401


def test_a_session_ends_with_logging_out(locked_page: Page) -> None:
    locked_page.enter()
    assert locked_page.ask("/api/photos").status == 200
    assert locked_page.ask("/api/logout", "POST", {}).status == 200
    assert locked_page.ask("/api/photos").status == 401


def test_the_session_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(locked_page: Page) -> None:
    cookie = locked_page.ask("/api/login", "POST", {"password": PASSWORD}).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_a_thousand_wrong_passwords_are_mostly_not_even_looked_at(locked_page: Page) -> None:
    answers = [
        locked_page.ask("/api/login", "POST", {"password": f"guess {number}"}) for number in range(1000)
    ]
    statuses = [answer.status for answer in answers]
    assert set(statuses) == {403, 429}
    assert statuses.count(403) <= LoginLimiter.BURST + 1 + 60 / LoginLimiter.SECONDS_EACH
    assert int(answers[-1].headers["retry-after"]) >= 1
    # Nor does the right one help now, or guessing would only have to be quick.
    assert locked_page.ask("/api/login", "POST", {"password": PASSWORD}).status == 429
    assert locked_page.ask("/healthz").status == 200


def test_a_password_of_half_a_character_is_as_wrong_as_any_other(locked_page: Page) -> None:
    answer = locked_page.ask("/api/login", "POST", b'{"password": "\\ud800 and more"}')
    assert (answer.status, answer.json()) == (403, {"error": "That is not the password"})


def test_tries_return_with_time_and_are_limited_for_all_addresses_together() -> None:
    clock = VirtualClock(1000.0)
    limiter = LoginLimiter(clock)
    assert [limiter.take("a") for _ in range(LoginLimiter.BURST)] == [0.0] * LoginLimiter.BURST
    assert limiter.take("a") == pytest.approx(LoginLimiter.SECONDS_EACH)
    assert limiter.take("b") == 0.0
    clock.wait_until(clock.now() + LoginLimiter.SECONDS_EACH)
    assert limiter.take("a") == 0.0
    tries = [limiter.take(f"botnet {number}") for number in range(100)]
    assert sum(wait == 0 for wait in tries) <= LoginLimiter.BURST_ALL


def test_sessions_run_out_and_are_bounded() -> None:
    clock = VirtualClock(0.0)
    sessions = Sessions(SCRAMBLED, clock)
    first = sessions.open()
    clock.wait_until(SESSION_SECONDS - 1)
    assert sessions.valid(first)
    clock.wait_until(2 * SESSION_SECONDS - 2)  # its use kept it open
    assert sessions.valid(first)
    for _ in range(MOST_SESSIONS):
        newest = sessions.open()
    assert not sessions.valid(first)
    clock.wait_until(4 * SESSION_SECONDS)
    assert not sessions.valid(newest)
    assert not sessions.valid("")


def test_a_change_without_the_pages_own_proof_is_refused(open_page: Page) -> None:
    for proof in ({"X-Page-Proof": ""}, {"X-Page-Proof": "0" * 64}):
        assert open_page.ask("/api/do/shoot", "POST", {}, proof).status == 403
    assert open_page.appliance.asked == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_sites_page_gets_nothing(open_page: Page, headers: dict[str, str]) -> None:
    for path in ("/api/session", "/photos.zip", "/api/settings", "/live"):
        assert open_page.ask(path, headers=headers).status == 403, path


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8080", "", "[", "a b", "@127.0.0.1x"],
)
def test_a_name_that_is_not_this_machines_is_not_answered(open_page: Page, host: str) -> None:
    for path in ("/", "/api/photos", "/static/app.js"):
        assert open_page.ask(path, headers={"Host": host}).status in {400, 421}, path


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8080", "192.168.0.9", "party.example"]
)
def test_addresses_and_known_names_are_answered(tmp_path: Path, host: str) -> None:
    with serving(tmp_path, extra="  names: [Party.example]\n") as page:
        assert page.ask("/", headers={"Host": host}).status == 200


TRAVERSALS = [
    "/photos/../config.yaml",
    "/photos/..%2fconfig.yaml",
    "/photos/%2e%2e/config.yaml",
    "/photos/%2e%2e%2fconfig.yaml",
    "/photos/..%5cconfig.yaml",
    "/photos/%252e%252e%252fconfig.yaml",
    "/photos//etc/passwd",
    "/photos/%2fetc%2fpasswd",
    "/photos/selfie-000001-20260102-150405.jpg%00.txt",
    "/photos/selfie-000009-20260102-150405.jpg",
    "/photos/.smart-selfie-counter",
    "/thumbnails/..%2f..%2fconfig.yaml",
    "/thumbnails/%2fetc%2fpasswd",
    "/static/../app.py",
    "/static/..%2fapp.py",
    "/static/%2e%2e%2f%2e%2e%2ferrors.py",
    "//etc/passwd",
    "/photos/" + "a" * 3000,
]


def test_no_path_leads_out_of_the_folder(open_page: Page) -> None:
    (open_page.photos / "selfie-000009-20260102-150405.jpg").symlink_to(open_page.config)
    (open_page.photos / ".smart-selfie-counter").write_text("1")
    try:
        for path in TRAVERSALS:
            answer = open_page.ask(path)
            assert answer.status in {400, 404}, path
            assert b"rule:" not in answer.body
            assert b"root:" not in answer.body
        for path in TRAVERSALS[:9]:
            assert open_page.ask(path, "DELETE").status in {400, 404, 409, 405}, path
    finally:
        (open_page.photos / "selfie-000009-20260102-150405.jpg").unlink()
    assert open_page.config.exists()


def test_every_answer_carries_the_security_headers(open_page: Page) -> None:
    for path in ("/", "/api/photos", "/nothing", "/static/app.js"):
        headers = open_page.ask(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "server" not in headers
    assert open_page.ask("/api/photos").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b'{"password": "' + b"a" * 100_000 + b'"}', "application/json", 413),
        (b"password=x", "application/x-www-form-urlencoded", 415),
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b'{"password": 7}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
    ],
)
def test_bodies_that_are_too_large_or_not_json_are_refused(
    locked_page: Page, body: bytes, kind: str, status: int
) -> None:
    assert locked_page.ask("/api/login", "POST", body, {"Content-Type": kind}).status == status


@pytest.mark.parametrize("path", ["/api/do/arm", "/api/settings", "/", "/nothing"])
def test_a_body_without_end_is_not_taken_in(open_page: Page, path: str) -> None:
    before = resident_mb()
    method = "PUT" if path == "/api/settings" else "POST"
    with open_page.raw() as connection:
        connection.settimeout(2)
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        head += f"X-Page-Proof: {open_page.headers['X-Page-Proof']}\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode())
        with contextlib.suppress(OSError):  # it is no longer taken, or hung up on
            for _ in range(200):
                connection.sendall(b"100000\r\n" + b" " * 0x100000 + b"\r\n")
    assert resident_mb() - before < 50
    assert open_page.ask("/healthz").status == 200


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


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


def test_slow_requests_are_hung_up_on_and_do_not_keep_others_out(
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


def test_a_body_that_never_comes_ends_the_request(locked_page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appliance.web.routes.http.BODY_SECONDS", 0.3)
    with locked_page.raw() as connection:
        connection.sendall(
            b"POST /api/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Content-Length: 50\r\n\r\n{"
        )
        assert b" 408 " in connection.recv(65536)


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
    others = len(connections.Connection.current)
    with contextlib.closing(strangers(locked_page, "127.0.0.2", 1)[0]) as view:
        assert first_words(view) == b"HTTP/1.1 101"
        assert len(connections.Connection.current) == others + 1
    until = time.monotonic() + 10
    while len(connections.Connection.current) > others and time.monotonic() < until:
        time.sleep(0.01)
    assert len(connections.Connection.current) <= others
