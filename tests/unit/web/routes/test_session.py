"""Logging in and out, and the cookie of a session."""

import pytest

from tests.support.page_server import Page
from tests.support.passwords import PASSWORD


def test_a_session_ends_with_logging_out(locked_page: Page) -> None:
    locked_page.enter()
    assert locked_page.ask("/api/photos").status == 200
    assert locked_page.ask("/api/logout", "POST", {}).status == 200
    assert locked_page.ask("/api/photos").status == 401


def test_the_session_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(locked_page: Page) -> None:
    cookie = locked_page.ask("/api/login", "POST", {"password": PASSWORD}).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_a_password_of_half_a_character_is_as_wrong_as_any_other(locked_page: Page) -> None:
    answer = locked_page.ask("/api/login", "POST", b'{"password": "\\ud800 and more"}')
    assert (answer.status, answer.json()) == (403, {"error": "Wrong password"})


@pytest.mark.parametrize("secure", [True, False])
def test_the_cookie_is_secure_exactly_where_the_browser_has_https(locked_page: Page, secure: bool) -> None:
    scheme = "https" if secure else "http"
    for headers in ({"Origin": f"{scheme}://127.0.0.1:{locked_page.port}"}, {"X-Forwarded-Proto": scheme}):
        assert ("secure" in locked_page.log_in(headers).headers["set-cookie"].lower()) is secure


@pytest.mark.parametrize(
    "foreign",
    [
        'view={"theme":"dark","cols":3}',
        "a=b c; d",
        "=;;;= ;",
        'x="unclosed',
        "é=ü",
        "big=" + "x" * 6000,
        "smart_selfie_session=another program's",
    ],
)
def test_cookies_of_other_programs_are_none_of_its_business(locked_page: Page, foreign: str) -> None:
    locked_page.enter()
    mine = locked_page.headers["Cookie"]
    for both in (f"{foreign}; {mine}", f"{mine}; {foreign}"):
        cookie = both.encode().decode("latin-1")
        assert locked_page.ask("/api/photos", headers={"Cookie": cookie}).status == 200
