"""A browser that slept for an hour: it goes on with what is now, and is not flooded with what was."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.records.decision import Photo
from tests.support.browser import LAPTOP
from tests.support.page_server import Page, decision, serving, write_photo
from tests.support.page_viewer import Filming

HOUR_MS = 3_600_000
WATCH = """
window.sockets = 0; window.frames_seen = [];
const Native = WebSocket;
window.WebSocket = class extends Native {
  constructor(...all) {
    super(...all);
    window.sockets += 1;
    this.addEventListener("message", ({ data }) => {
      if (typeof data === "string") return;
      const text = new Uint8Array(data, 4, new DataView(data).getUint32(0));
      window.frames_seen.push(JSON.parse(new TextDecoder().decode(text)).sequence);
    });
  }
};
"""

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Page]:
    with serving(tmp_path) as page:
        write_photo(page.photos, 1)
        yield page


@pytest.fixture
def tab(server: Page, chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(**LAPTOP)
    tab = context.new_page()
    tab.set_default_timeout(60_000)
    tab.add_init_script(WATCH)
    yield tab
    context.close()


def until(question: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < end
        time.sleep(0.05)


def enter(tab: Any, server: Page) -> None:
    tab.goto(f"http://127.0.0.1:{server.port}/")
    tab.wait_for_selector("#curtain.up", state="attached")


def test_a_page_that_stood_still_shows_the_newest_frame_and_one_photo(server: Page, tab: Any) -> None:
    """As a phone in a pocket: none of its script runs, for five seconds here."""
    with Filming(server) as filming:
        enter(tab, server)
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        before = filming.sequence
        time.sleep(1)
        sleep_ms = max(
            5000, 300_000 // max(1, filming.sequence - before)
        )  # 300 frames, on a busy machine too
        asleep_at = filming.sequence
        taken: list[Path] = []
        party = threading.Thread(target=take_photos, args=(server, 400, taken))
        party.start()
        tab.evaluate("ms => { const end = Date.now() + ms; while (Date.now() < end); }", sleep_ms)
        wakes_at, slept_through = filming.sequence, len(taken)
        party.join()
        until(lambda: tab.evaluate("frames_seen.at(-1)") > wakes_at)
        old = [number for number in tab.evaluate("frames_seen") if asleep_at + 50 < number < wakes_at - 50]
        assert wakes_at - asleep_at > 200
        assert len(old) <= 2, "what it slept through is not sent"
        tab.wait_for_timeout(500)
        assert slept_through > 50
        awake = 400 - slept_through  # on a busy machine the party goes on after it has woken up
        fetched = sum("/thumbnails/" in url for url in asked)
        assert fetched <= 5 + awake, "of all the photos it slept through the last one is fetched"


def take_photos(server: Page, count: int, taken: list[Path]) -> None:
    for number in range(2, 2 + count):
        path = Path(f"x/selfie-{number:06d}-20260102-150405.jpg")
        server.feed.photo(Photo(path=path, decision=decision(0, 0.9)))
        taken.append(path)
        time.sleep(0.01)


def test_a_laptop_that_was_closed_for_an_hour_connects_anew_and_goes_on(server: Page, tab: Any) -> None:
    """Its clock jumps by an hour, and of its connection it hears nothing."""
    with Filming(server) as filming:
        tab.clock.install()
        enter(tab, server)
        assert tab.evaluate("sockets") == 1
        tab.clock.fast_forward(HOUR_MS)
        until(lambda: tab.evaluate("sockets") > 1)
        wakes_at = filming.sequence
        until(lambda: tab.evaluate("frames_seen.at(-1)") > wakes_at)
        tab.wait_for_selector("#curtain.up", state="attached")
        assert tab.evaluate("sockets") <= 3, "it calls again, not again and again"
        until(lambda: server.ask("/api/health").json()["page"]["viewers"] == 1)
