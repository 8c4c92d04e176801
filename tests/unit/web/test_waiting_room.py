"""A new browser gets in while somebody guesses from the same address; the guesses stay slow and few."""

import threading
import time

import pytest

from appliance.web import waiting_room
from appliance.web.access import LoginLimiter
from tests.support.page_server import Page


def guess(page: Page, number: int) -> int:
    return page.ask("/api/login", "POST", {"password": f"guess {number}"}).status


@pytest.mark.slow
def test_the_right_password_is_taken_at_an_address_that_has_guessed(
    locked_page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_room, "WAIT_SECONDS", 0.3)
    stop = threading.Event()

    def guess_on() -> None:
        number = 0
        while not stop.is_set():
            guess(locked_page, number)
            number += 1

    for number in range(LoginLimiter.BURST + 1):
        guess(locked_page, number)
    stranger = threading.Thread(target=guess_on)
    stranger.start()
    try:
        assert [locked_page.log_in().status for _ in range(22)].count(200) >= 21
    finally:
        stop.set()
        stranger.join()


@pytest.mark.slow
def test_of_guesses_at_once_few_wait_and_the_others_are_refused_at_once(
    locked_page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_room, "WAIT_SECONDS", 1.5)
    for number in range(LoginLimiter.BURST + 1):
        guess(locked_page, number)
    told: list[tuple[int, float]] = []

    def one(number: int) -> None:
        started = time.monotonic()
        told.append((guess(locked_page, number), time.monotonic() - started))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    looked_at = [seconds for status, seconds in told if status == 403]
    assert len(looked_at) <= waiting_room.PLACES_EACH + 1, "one more is let through each 12 s"
    assert min(looked_at) >= 1.5 or len(looked_at) == waiting_room.PLACES_EACH + 1
    assert {status for status, _ in told} == {403, 429}
