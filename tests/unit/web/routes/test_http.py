"""Bodies of requests: too large, not JSON, without end, never sent."""

import contextlib
import resource
from pathlib import Path

import pytest

from tests.support.page_server import Page


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


@pytest.mark.slow
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
            for _ in range(100):
                connection.sendall(b"100000\r\n" + b" " * 0x100000 + b"\r\n")
    assert resident_mb() - before < 50
    assert open_page.ask("/healthz").status == 200


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def test_a_body_that_never_comes_ends_the_request(locked_page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appliance.web.routes.http.BODY_SECONDS", 0.3)
    with locked_page.raw() as connection:
        connection.sendall(
            b"POST /api/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Content-Length: 50\r\n\r\n{"
        )
        assert b" 408 " in connection.recv(65536)
