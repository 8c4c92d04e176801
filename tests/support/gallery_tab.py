"""The gallery in a browser: what is listed, what is shown, and a photo that is taken meanwhile."""

import time
from collections.abc import Callable
from typing import Any

from appliance.records.decision import Photo
from tests.support.page_server import Page, decision, write_photo

REST_MS = 550
"""After a change of photo, before it can be deleted."""
SHOWN = """() => {
    const all = document.elementsFromPoint(innerWidth / 2, innerHeight / 2);
    const images = all.filter(one => one.matches(".pswp__img"));
    return images.length ? Number(images[0].src.split("-")[1]) : null;
}"""


def listed(tab: Any, count: int) -> None:
    """Wait until so many photos are listed."""
    tab.locator(".tile").nth(count - 1).wait_for(state="attached")
    tab.locator(".tile").nth(count).wait_for(state="detached")


def arrives(server: Page, number: int) -> str:
    """A photo is taken."""
    name = write_photo(server.photos, number)
    server.feed.photo(Photo(path=server.photos / name, decision=decision(0, 0.9)))
    return name


def shown(tab: Any) -> int | None:
    """The number of the photo in the middle of the screen."""
    number: int | None = tab.evaluate(SHOWN)
    return number


def shows(tab: Any, number: int | None) -> None:
    """Wait until the photo is shown, and can be deleted."""
    until(lambda: shown(tab) == number, f"{number} is shown")
    tab.wait_for_timeout(REST_MS)
    assert shown(tab) == number


def until(question: Callable[[], bool], words: str) -> None:
    """Wait until it is so."""
    end = time.monotonic() + 30
    while not question():
        assert time.monotonic() < end, words
        time.sleep(0.02)


def on_the_card(server: Page) -> list[int]:
    """Numbers of the photos in the folder."""
    return sorted(int(path.name.split("-")[1]) for path in server.photos.glob("selfie-*.jpg"))
