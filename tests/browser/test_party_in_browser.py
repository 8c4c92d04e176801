"""A party: photos arrive all the time while several people look through them and delete some."""

import random
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from appliance.storage.bin import BIN
from tests.support.browser import LAPTOP, PHONE
from tests.support.gallery_tab import arrives, on_the_card, shown, until
from tests.support.page_server import Page, serving, write_photo

BEFORE, ARRIVING = 30, 200
EVERY_SECONDS = 0.15
DELETIONS = 30
SCREENS: list[Any] = [LAPTOP, PHONE, LAPTOP]

pytestmark = pytest.mark.timeout(300)


class Guest:
    """Somebody with a browser who pages, and deletes the photo that they see."""

    def __init__(self, tab: Any, chance: random.Random) -> None:
        self.tab = tab
        self.wanted: list[int] = []
        self._chance = chance

    def acts(self) -> None:
        if shown(self.tab) is None:
            self._opens()
        elif self._chance.random() < 0.4:
            self._deletes()
        else:
            self._pages()

    def _opens(self) -> None:
        tiles = self.tab.locator(".tile")
        if tiles.count() and not self.tab.locator(".pswp").count():
            tiles.nth(self._chance.randrange(min(20, tiles.count()))).evaluate("one => one.click()")

    def _pages(self) -> None:
        for _ in range(self._chance.randrange(1, 4)):
            self.tab.keyboard.press(self._chance.choice(["ArrowLeft", "ArrowRight", "ArrowRight"]))

    def _deletes(self) -> None:
        """As people do: they see a photo, and tap a moment later."""
        number = shown(self.tab)
        self.tab.wait_for_timeout(self._chance.choice([0, 100, 400, 700]))
        button = self.tab.locator(".pswp__button--delete")
        if number is not None and button.count():
            self.wanted.append(number)
            self.tab.evaluate("document.querySelector('.pswp__button--delete')?.click()")


def binned(server: Page) -> set[int]:
    """Numbers of the photos in the bin."""
    folder = server.photos / BIN
    return {int(path.name.split("-")[2]) for path in folder.iterdir()} if folder.exists() else set()


def test_two_hundred_photos_arrive_while_three_people_page_and_delete_and_no_wrong_one_is_deleted(
    tmp_path: Path, chromium: Any
) -> None:
    chance = random.Random(26)
    exceptions: list[str] = []
    with serving(tmp_path) as server:
        for number in range(1, BEFORE + 1):
            write_photo(server.photos, number)
        contexts = [chromium.new_context(**screen) for screen in SCREENS]
        guests = []
        for context in contexts:
            tab = context.new_page()
            tab.on("pageerror", lambda error: exceptions.append(str(error)))
            tab.goto(f"http://127.0.0.1:{server.port}/#photos")
            tab.locator(".tile").first.wait_for()
            guests.append(Guest(tab, chance))

        def take() -> None:
            for number in range(BEFORE + 1, BEFORE + ARRIVING + 1):
                arrives(server, number)
                time.sleep(EVERY_SECONDS)

        taking = threading.Thread(target=take)
        taking.start()
        while taking.is_alive() or len(binned(server)) < DELETIONS:
            for guest in guests:
                guest.acts()
        taking.join()
        for guest in guests:
            guest.tab.wait_for_timeout(1000)
        deleted = binned(server)
        wanted = {number for guest in guests for number in guest.wanted}
        print(f"{len(deleted)} photos deleted by {sum(len(guest.wanted) for guest in guests)} taps")
        assert deleted - wanted == set(), "deleted though nobody saw and wanted it"
        assert sorted({*on_the_card(server), *deleted}) == list(range(1, BEFORE + ARRIVING + 1))
        count = f"{len(on_the_card(server))} photos"
        until(lambda: all(guest.tab.inner_text("#photos-count") == count for guest in guests), count)
        for context in contexts:
            context.close()
        assert exceptions == []
