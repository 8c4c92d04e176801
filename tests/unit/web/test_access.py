"""Who may see the page: passwords, login attempts, sessions."""

from pathlib import Path

import pytest

from appliance.clock import VirtualClock
from appliance.config import load_config
from appliance.errors import ConfigError
from appliance.web import waiting_room
from appliance.web.access import MOST_SESSIONS, SESSION_SECONDS, LoginLimiter, Sessions
from tests.support.page_server import Page
from tests.support.passwords import HASHED, PASSWORD


@pytest.mark.parametrize("listen", ["0.0.0.0", "192.168.1.7", "::", "selfie.local"])
def test_any_other_address_than_this_machines_own_demands_a_password(tmp_path: Path, listen: str) -> None:
    with pytest.raises(ConfigError, match="needs a password"):
        load_config(None, [("web.listen", listen)])
    assert load_config(None, [("web.listen", listen), ("web.password", HASHED)]).web.listen == listen


def test_a_plain_password_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="web-password") as caught:
        load_config(None, [("web.password", "geheim123")])
    assert "geheim123" not in str(caught.value)


def test_off_and_local_by_default() -> None:
    web = load_config(None).web
    assert not web.enabled
    assert web.listen == "127.0.0.1"


@pytest.mark.slow
def test_a_thousand_wrong_passwords_are_mostly_not_even_looked_at(
    locked_page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_room, "PLACES", 0)
    answers = [
        locked_page.ask("/api/login", "POST", {"password": f"guess {number}"}) for number in range(1000)
    ]
    statuses = [answer.status for answer in answers]
    assert set(statuses) == {403, 429}
    assert statuses.count(403) <= LoginLimiter.BURST + 1 + 60 / LoginLimiter.SECONDS_EACH
    assert int(answers[-1].headers["retry-after"]) >= 1
    # Where nobody may wait the right one does not help either, or guessing would only have to be quick.
    assert locked_page.ask("/api/login", "POST", {"password": PASSWORD}).status == 429
    assert locked_page.ask("/healthz").status == 200


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


@pytest.mark.slow
def test_strangers_that_guess_never_lock_out_a_browser_that_has_logged_in_before(
    locked_page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = locked_page.log_in().headers["set-cookie"].partition(";")[0]
    monkeypatch.setattr(waiting_room, "PLACES", 0)
    for number in range(
        LoginLimiter.BURST + 1
    ):  # from the owner's own address, as behind one router or proxy
        locked_page.ask("/api/login", "POST", {"password": f"guess {number}"})
    assert locked_page.log_in().status == 429
    for _ in range(22):
        answer = locked_page.log_in({"Cookie": cookie})
        assert answer.status == 200
        cookie = answer.headers["set-cookie"].partition(";")[0]


@pytest.mark.slow
def test_a_browser_is_known_after_logging_out_and_its_guesses_are_limited_too(
    locked_page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_room, "PLACES", 0)
    locked_page.enter()
    answer = locked_page.ask("/api/logout", "POST", {})
    left = answer.headers["set-cookie"].partition(";")[0]
    assert answer.headers["clear-site-data"] == '"cache"'
    assert locked_page.ask("/api/photos", headers={"Cookie": left}).status == 401
    statuses = [
        locked_page.ask("/api/login", "POST", {"password": f"guess {number}"}, {"Cookie": left}).status
        for number in range(15)
    ]
    assert statuses.count(403) <= 2 * LoginLimiter.BURST + 2


def test_a_browsers_mark_cannot_be_made_up_and_ends_with_the_password() -> None:
    clock = VirtualClock(0.0)
    token = Sessions(HASHED, clock).open()
    after_restart = Sessions(HASHED, clock)
    device = after_restart.device(token)
    assert device
    assert not after_restart.valid(token)
    assert Sessions(HASHED + "0", clock).device(token) == ""
    for forged in ("", ".", f"{device}.", f"{device}.{'0' * 40}", f"other.{token.split('.')[1]}", "é.é.é"):
        assert after_restart.device(forged) == ""


def test_six_addresses_that_guess_leave_room_for_one_more() -> None:
    clock = VirtualClock(0.0)
    limiter = LoginLimiter(clock)
    let_in = 0
    for moment in range(600):  # two minutes
        clock.wait_until(moment * 0.2)
        for address in range(6):
            limiter.take(f"127.0.0.{address + 40}")
        if moment % 15 == 5 and limiter.take("127.0.0.5") == 0:
            let_in += 1
            limiter.reset("127.0.0.5")
    assert let_in == 40


def test_the_addresses_of_one_ipv6_host_have_one_bucket() -> None:
    limiter = LoginLimiter(VirtualClock(0.0))
    tries = [limiter.take(f"2001:db8::{number:x}") for number in range(20)]
    assert tries.count(0.0) == LoginLimiter.BURST


def test_sessions_run_out_and_are_bounded() -> None:
    clock = VirtualClock(0.0)
    sessions = Sessions(HASHED, clock)
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
