"""Requests that are refused: without session or proof, from other sites, under hostile names and paths."""

from pathlib import Path

import pytest
import websockets.exceptions
import websockets.sync.client

from tests.support.page_server import Page, serving, write_photo
from tests.support.passwords import HASHED

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
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 4401


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


def test_metrics_open_with_their_key_and_nothing_else_does(tmp_path: Path) -> None:
    key = "0123456789abcdef0123"
    with serving(tmp_path, password=HASHED, extra=f"  metrics_key: {key}\n") as page:
        with_key = {"Authorization": f"Bearer {key}"}
        assert page.ask("/metrics", headers=with_key).status == 200
        for wrong in ("", "Bearer", "Bearer ", f"Bearer {key}x", f"Basic {key}", key, "Bearer é"):
            assert (
                page.ask("/metrics", headers={"Authorization": wrong.encode().decode("latin-1")}).status
                == 401
            )
        for path in ("/api/photos", "/api/health", "/api/settings", "/metrics/", "/photos.zip"):
            assert page.ask(path, headers=with_key).status in {401, 404}
    (tmp_path / "none").mkdir()
    with serving(tmp_path / "none", password=HASHED) as page:
        for nothing in ("Bearer ", "Bearer", ""):
            assert page.ask("/metrics", headers={"Authorization": nothing}).status == 401


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
