"""The live view: frames with their verdict, viewers who sleep, an appliance that comes and goes."""

import asyncio
import contextlib
import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosed

from appliance.clock import MonotonicClock
from appliance.feed.commands import commands
from appliance.feed.server import Feed
from appliance.light.states import Condition
from appliance.records.decision import Photo
from appliance.web import access, live_view
from appliance.web.link import Viewer
from tests.support.page_server import Page, decision, serving
from tests.support.page_viewer import Browser, Filming
from tests.support.passwords import HASHED, PASSWORD


def test_a_viewer_sees_the_picture_with_everybody_and_the_verdict(page: Page) -> None:
    browser = Browser(page)
    assert browser.event("link")["connected"] is True
    with Filming(page):
        head, picture = browser.frame()
    assert Image.open(io.BytesIO(picture)).size == (64, 48)
    assert [one["expression"] for one in head["people"]] == ["happy", "neutral"]
    assert (head["showing"], head["counted"], head["armed"]) == (1, 2, True)
    assert 0 <= head["age"] < 5
    browser.socket.close()


def test_several_viewers_share_one_feed_and_each_frame_is_encoded_once(page: Page) -> None:
    browsers = [Browser(page) for _ in range(5)]
    with Filming(page) as filming:
        for _ in range(20):
            for browser in browsers:
                browser.frame()
    assert page.feed.encoded <= filming.sequence
    health = page.ask("/api/health").json()
    assert health["page"]["viewers"] == 5
    assert health["page"]["latency"]["0.95"] > 0
    for browser in browsers:
        browser.socket.close()


def test_a_browser_that_shows_nothing_is_sent_two_frames_and_no_more(page: Page) -> None:
    sleeping, awake = Browser(page), Browser(page)
    with Filming(page):
        frames = [sleeping.next()[0] for _ in range(4)]  # link, fault, two frames
        newest = [awake.frame()[0]["sequence"] for _ in range(30)][-1]
        assert [head["kind"] for head in frames] == ["link", "fault", "frame", "frame"]
        with pytest.raises(TimeoutError):
            sleeping.socket.recv(timeout=0.3)
        sleeping.socket.send(json.dumps({"visible": True}))  # it wakes up
        assert sleeping.event("awake")
        assert sleeping.frame()[0]["sequence"] > newest  # the newest, none of those it slept through
    sleeping.socket.close()
    awake.socket.close()


def test_a_browser_that_sleeps_on_is_disconnected_and_may_call_again(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_view, "QUIET_SECONDS", 0.1)
    monkeypatch.setattr(live_view, "ASLEEP_SECONDS", 0.5)
    sleeping = Browser(page)
    with Filming(page) as filming:
        with pytest.raises(ConnectionClosed) as closed:
            sleeping.event("no such thing")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4408
        at = filming.sequence
        again = Browser(page)
        assert again.frame()[0]["sequence"] >= at, "the newest, not what it slept through"
    again.socket.close()


def test_who_has_nothing_to_hear_hears_that_the_page_is_still_there(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_view, "QUIET_SECONDS", 0.1)
    browser = Browser(page)
    assert [browser.event("awake")["kind"] for _ in range(3)] == ["awake"] * 3
    browser.socket.close()


def test_what_waits_for_a_sleeper_is_bounded_however_long_it_sleeps() -> None:
    async def an_hour() -> tuple[int, Any]:
        viewer = Viewer()
        for number in range(30 * 3600):
            viewer.frame(({"sequence": number}, b""))
            if number % 30 == 0:
                viewer.event({"kind": "photo", "name": str(number)})
        waiting = 0
        while isinstance(item := await viewer.next(True), dict):
            waiting += 1
        return waiting, item

    waiting, item = asyncio.run(an_hour())
    assert waiting <= 64
    assert item == ({"sequence": 30 * 3600 - 1}, b"")


def test_a_hidden_browser_gets_no_frames_and_hears_of_photos(page: Page) -> None:
    browser = Browser(page)
    browser.socket.send(json.dumps({"visible": False}))
    browser.event("awake")
    with Filming(page):
        browser_frames = []
        page.feed.photo(Photo(path=Path("x/selfie-000001-20260102-150405.jpg"), decision=decision(0, 0.9)))
        while (head := browser.next()[0])["kind"] != "photo":
            browser_frames.append(head)
    assert head["name"] == "selfie-000001-20260102-150405.jpg"
    assert browser_frames == []
    browser.socket.close()


@pytest.mark.parametrize("rubbish", ["", "{", "[1]", '"x"', '{"shown": "y"}', "x" * 3000, b"\x00\xff"])
def test_a_browser_that_talks_rubbish_does_not_disturb_the_others(page: Page, rubbish: str | bytes) -> None:
    good, bad = Browser(page), Browser(page)
    bad.socket.send(rubbish)
    with Filming(page):
        for _ in range(5):
            good.frame()
    good.socket.close()
    bad.socket.close()


def test_the_live_view_is_not_for_other_sites(page: Page) -> None:
    with pytest.raises(Exception, match="403"):
        Browser(page, Origin="http://evil.example")


def test_the_page_says_when_the_appliance_is_gone_and_goes_on_when_it_is_back(
    page: Page, tmp_path: Path
) -> None:
    browser = Browser(page)
    assert browser.event("link")["connected"] is True
    page.feed.close()
    assert browser.event("link")["connected"] is False
    assert page.ask("/healthz").status == 503
    assert page.ask("/api/do/shoot", "POST", {}).status == 503
    health = page.ask("/api/health").json()
    assert health["up"] is False
    assert "smart_selfie_up 0" in page.ask("/metrics").body.decode()
    assert page.ask("/api/photos").status == 200
    page.feed = Feed(tmp_path / "feed.sock", commands(page.appliance), MonotonicClock())
    page.feed.start()
    assert browser.event("link")["connected"] is True
    with Filming(page):
        browser.frame()
    browser.socket.close()
    page.feed.close()


@pytest.mark.parametrize("end", ["log out", "run out", "pushed out"])
def test_a_view_ends_with_its_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    lifetime = 2.0 if end == "run out" else access.SESSION_SECONDS
    monkeypatch.setattr(access, "SESSION_SECONDS", lifetime)
    monkeypatch.setattr(access, "MOST_SESSIONS", 1)
    with serving(tmp_path, password=HASHED) as page, Filming(page):
        page.enter()
        browser = Browser(page, Cookie=page.headers["Cookie"])
        browser.frame()
        if end == "log out":
            assert page.ask("/api/logout", "POST", {}).status == 200
        elif end == "pushed out":
            assert page.ask("/api/login", "POST", {"password": PASSWORD}, {"Cookie": ""}).status == 200
        assert browser.closed_with() == 4401


@pytest.mark.parametrize("message", [b"binary", "[1]", "{", "9" * 2000, "[" * 900])
def test_what_is_not_a_message_ends_the_view_and_nothing_else(
    page: Page, caplog: pytest.LogCaptureFixture, message: str | bytes
) -> None:
    browser = Browser(page)
    browser.event("link")
    browser.socket.send(message)
    browser.closed_with()
    assert page.ask("/healthz").status == 200
    assert [record for record in caplog.records if record.exc_info] == []


def test_a_view_that_floods_messages_is_ended(page: Page) -> None:
    browser = Browser(page)
    with contextlib.suppress(ConnectionClosed):
        for _ in range(5 * live_view.MOST_MESSAGES):
            browser.socket.send('{"shown":1}')
    browser.closed_with()
    assert page.ask("/healthz").status == 200


def test_a_fault_is_told_to_who_comes_later(page: Page) -> None:
    page.feed.fault(Condition.CAMERA_LOST, True)
    while page.ask("/healthz").status == 200:
        time.sleep(0.01)
    browser = Browser(page)
    assert browser.event("fault")["light"] == "camera_lost"
    browser.socket.close()
