"""The gallery while photos come and go: a photo is known by its name, whatever place it has in the list."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.records.decision import Photo
from tests.support.browser import LAPTOP
from tests.support.page_server import Page, decision, serving, write_photo

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Page]:
    with serving(tmp_path) as page:
        for number in range(1, 6):
            write_photo(page.photos, number)
        page.enter()
        yield page


@pytest.fixture
def gallery(server: Page, chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(**LAPTOP)
    tab = context.new_page()
    tab.goto(f"http://127.0.0.1:{server.port}/#photos")
    listed(tab, 5)
    yield tab
    context.close()


def listed(tab: Any, count: int) -> None:
    """Wait until so many photos are listed."""
    tab.locator(".tile").nth(count - 1).wait_for(state="attached")
    tab.locator(".tile").nth(count).wait_for(state="detached")


def arrives(server: Page, number: int) -> str:
    """A photo is taken."""
    name = write_photo(server.photos, number)
    server.feed.photo(Photo(path=server.photos / name, decision=decision(0, 0.9)))
    return name


def look_at(tab: Any, number: int) -> None:
    tab.locator(f".tile:has(img[src*='selfie-{number:06d}-'])").click()
    assert shown(tab) == number


def shown(tab: Any) -> int:
    """The number of the photo in the viewer."""
    return int(tab.locator("#viewer-picture").get_attribute("src").split("-")[1])


def delete(tab: Any) -> None:
    tab.get_by_role("button", name="Delete").click()
    tab.get_by_role("dialog", name="Delete this photo?").get_by_role("button", name="Delete").click()
    tab.get_by_text("Photo deleted").wait_for()


def on_the_card(server: Page) -> list[int]:
    return sorted(int(path.name.split("-")[1]) for path in server.photos.glob("selfie-*.jpg"))


def test_the_photo_that_is_shown_is_deleted_though_another_has_arrived(server: Page, gallery: Any) -> None:
    look_at(gallery, 3)
    arrives(server, 6)
    listed(gallery, 6)
    assert shown(gallery) == 3
    delete(gallery)
    listed(gallery, 5)
    assert on_the_card(server) == [1, 2, 4, 5, 6]


def test_one_that_arrives_while_the_question_is_open_changes_nothing(server: Page, gallery: Any) -> None:
    look_at(gallery, 3)
    gallery.get_by_role("button", name="Delete").click()
    arrives(server, 6)
    listed(gallery, 6)
    gallery.get_by_role("dialog", name="Delete this photo?").get_by_role("button", name="Delete").click()
    gallery.get_by_text("Photo deleted").wait_for()
    assert on_the_card(server) == [1, 2, 4, 5, 6]


def test_neighbours_are_those_of_the_photo_that_is_shown(server: Page, gallery: Any) -> None:
    look_at(gallery, 5)
    assert gallery.get_by_role("button", name="Newer photo").is_disabled()
    arrives(server, 6)
    listed(gallery, 6)
    gallery.get_by_role("button", name="Newer photo").click()
    assert shown(gallery) == 6
    for expected in (5, 4):
        gallery.get_by_role("button", name="Older photo").click()
        assert shown(gallery) == expected
    delete(gallery)
    listed(gallery, 5)
    look_at(gallery, 5)
    gallery.keyboard.press("ArrowRight")
    assert shown(gallery) == 3, "the one between has been deleted"
    gallery.keyboard.press("ArrowLeft")
    assert shown(gallery) == 5


def test_a_photo_that_somebody_else_deletes_is_reported_and_no_other_takes_its_place(
    server: Page, gallery: Any
) -> None:
    look_at(gallery, 3)
    name = next(path.name for path in server.photos.glob("selfie-000003-*"))
    assert server.ask(f"/photos/{name}", "DELETE").status == 200
    arrives(server, 6)
    gallery.get_by_text("That photo was deleted").wait_for()
    assert gallery.locator("#viewer[open]").count() == 0
    assert on_the_card(server) == [1, 2, 4, 5, 6]


def test_the_oldest_that_is_listed_stays_in_the_viewer_when_others_arrive(server: Page, gallery: Any) -> None:
    for number in range(6, 71):
        write_photo(server.photos, number)
    arrives(server, 71)
    listed(gallery, 60)
    look_at(gallery, 12)
    arrives(server, 72)
    arrives(server, 73)
    gallery.get_by_text("73 photos").wait_for(state="attached")
    listed(gallery, 62)
    assert shown(gallery) == 12
    gallery.keyboard.press("Escape")


def test_more_are_shown_without_gap_or_repetition_though_some_came_and_went(
    server: Page, gallery: Any
) -> None:
    for number in range(6, 71):
        write_photo(server.photos, number)
    arrives(server, 71)
    listed(gallery, 60)
    for number in (60, 61, 62):  # by another phone, and this one hears nothing of it
        next(server.photos.glob(f"selfie-{number:06d}-*")).unlink()
    gallery.get_by_role("button", name="Show more").click()
    listed(gallery, 68)
    sources = [tile.get_attribute("src") for tile in gallery.locator(".tile img").all()]
    assert [int(source.split("-")[1]) for source in sources] == on_the_card(server)[::-1]
