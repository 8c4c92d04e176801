"""The gallery while photos come and go: a photo is known by its name, whatever place it has in the list."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import LAPTOP, PHONE
from tests.support.gallery_tab import arrives, listed, on_the_card, shown, shows, until
from tests.support.page_server import Page, serving, write_photo

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Page]:
    with serving(tmp_path) as page:
        for number in range(1, 6):
            write_photo(page.photos, number)
        page.enter()
        yield page


@pytest.fixture
def gallery(server: Page, chromium: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A browser at the photos; ``parametrize("gallery", [PHONE], indirect=True)`` chooses the screen."""
    context = chromium.new_context(**getattr(request, "param", LAPTOP))
    tab = context.new_page()
    exceptions: list[str] = []
    tab.on("pageerror", lambda error: exceptions.append(str(error)))
    tab.goto(f"http://127.0.0.1:{server.port}/#photos")
    listed(tab, 5)
    yield tab
    context.close()
    assert exceptions == []


def look_at(tab: Any, number: int) -> None:
    tab.locator(f".tile:has(img[src*='selfie-{number:06d}-'])").click()
    shows(tab, number)


def delete(tab: Any) -> None:
    tab.get_by_role("button", name="Delete").click()
    tab.get_by_text("deleted").first.wait_for()


def test_the_photo_that_is_shown_is_deleted_though_another_has_arrived(server: Page, gallery: Any) -> None:
    look_at(gallery, 3)
    arrives(server, 6)
    listed(gallery, 6)
    assert shown(gallery) == 3
    delete(gallery)
    listed(gallery, 5)
    assert on_the_card(server) == [1, 2, 4, 5, 6]


def test_deleting_goes_on_to_the_next_photo_and_undo_brings_the_photo_back(
    server: Page, gallery: Any
) -> None:
    look_at(gallery, 3)
    delete(gallery)
    shows(gallery, 2)
    assert on_the_card(server) == [1, 2, 4, 5]
    delete(gallery)
    gallery.get_by_text("2 photos deleted").wait_for()
    shows(gallery, 1)
    delete(gallery)
    shows(gallery, 4)
    assert on_the_card(server) == [4, 5]
    for there in ([1, 4, 5], [1, 2, 4, 5], [1, 2, 3, 4, 5]):
        gallery.get_by_role("button", name="Undo").click()
        until(lambda there=there: on_the_card(server) == there, "restored")  # type: ignore[misc]
    gallery.keyboard.press("Escape")
    listed(gallery, 5)
    assert gallery.get_by_role("button", name="Undo").count() == 0


def test_a_second_tap_on_the_bin_does_not_delete_the_next_photo(server: Page, gallery: Any) -> None:
    look_at(gallery, 3)
    gallery.get_by_role("button", name="Delete").dblclick()
    shows(gallery, 2)
    gallery.evaluate("document.querySelector('.pswp__button--arrow--next').click()")
    gallery.evaluate("document.querySelector('.pswp__button--delete').click()")
    shows(gallery, 1)
    assert on_the_card(server) == [1, 2, 4, 5]


def test_a_photo_that_is_shown_can_be_handed_to_a_guest(server: Page, gallery: Any) -> None:
    look_at(gallery, 3)
    gallery.get_by_role("button", name="QR code of this photo for a guest").click()
    dialog = gallery.get_by_role("dialog", name="This photo for a guest")
    dialog.get_by_text("Guests are not let in").wait_for()
    assert gallery.evaluate("document.activeElement.closest('dialog')?.id") == "share"
    gallery.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    shows(gallery, 3)


def test_undo_can_be_reached_by_keyboard_while_a_photo_is_shown(server: Page, gallery: Any) -> None:
    look_at(gallery, 3)
    delete(gallery)
    gallery.get_by_role("button", name="Undo").focus()
    gallery.keyboard.press("Enter")
    until(lambda: on_the_card(server) == [1, 2, 3, 4, 5], "restored")


@pytest.mark.parametrize("gallery", [PHONE], indirect=True)
def test_on_a_phone_a_finger_swipes_and_back_closes(server: Page, gallery: Any) -> None:
    look_at(gallery, 3)
    swipe(gallery, -1)
    shows(gallery, 2)
    swipe(gallery, 1)
    shows(gallery, 3)
    assert gallery.evaluate("location.hash").startswith("#photos/selfie-000003-")
    picture = gallery.locator(".pswp__item[aria-hidden=false] .pswp__img:not(.pswp__img--placeholder)")
    place, screen = picture.bounding_box(), gallery.viewport_size
    assert abs(2 * place["x"] + place["width"] - screen["width"]) < 2, "in the middle"
    assert abs(2 * place["y"] + place["height"] - screen["height"]) < 2
    gallery.go_back()
    shows(gallery, None)
    assert gallery.evaluate("location.hash") == "#photos"
    listed(gallery, 5)
    look_at(gallery, 2)
    gallery.get_by_role("button", name="Close").click()
    shows(gallery, None)
    gallery.go_forward()
    shows(gallery, 2)


def swipe(tab: Any, direction: int) -> None:
    """A stroke of a finger over most of the screen, to the left (-1) or right."""
    touch = tab.context.new_cdp_session(tab)
    width, height = tab.viewport_size["width"], tab.viewport_size["height"]
    at = [width / 2 + direction * step * width / 10 for step in range(-4, 5)]
    for kind, x in [("touchStart", at[0]), *(("touchMove", one) for one in at[1:]), ("touchEnd", None)]:
        points = [] if x is None else [{"x": x, "y": height / 2}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        tab.wait_for_timeout(15)


def test_an_address_that_names_a_photo_opens_it_though_it_is_far_down(server: Page, gallery: Any) -> None:
    for number in range(6, 301):
        write_photo(server.photos, number)
    name = next(server.photos.glob("selfie-000002-*")).name
    gallery.goto("about:blank")
    gallery.goto(f"http://127.0.0.1:{server.port}/#photos/{name}")
    shows(gallery, 2)
    gallery.keyboard.press("Escape")
    shows(gallery, None)
    gallery.goto(f"http://127.0.0.1:{server.port}/#photos/selfie-999999-20200101-000000.jpg")
    gallery.get_by_text("not there any more").wait_for()


def test_the_sixty_first_photo_follows_the_sixtieth(server: Page, gallery: Any) -> None:
    for number in range(6, 71):
        write_photo(server.photos, number)
    arrives(server, 71)
    listed(gallery, 60)
    look_at(gallery, 13)
    for number in range(12, 8, -1):
        older = gallery.get_by_role("button", name="Older photo")
        until(older.is_enabled, "the list goes on")
        gallery.keyboard.press("ArrowRight")
        shows(gallery, number)
    gallery.keyboard.press("Escape")
    listed(gallery, 71)


def test_neighbours_are_those_of_the_photo_that_is_shown(server: Page, gallery: Any) -> None:
    look_at(gallery, 5)
    assert gallery.get_by_role("button", name="Newer photo").is_disabled()
    arrives(server, 6)
    listed(gallery, 6)
    gallery.get_by_role("button", name="Newer photo").click()
    shows(gallery, 6)
    for expected in (5, 4):
        gallery.get_by_role("button", name="Older photo").click()
        shows(gallery, expected)
    delete(gallery)
    shows(gallery, 3)
    gallery.keyboard.press("ArrowLeft")
    shows(gallery, 5)
    gallery.keyboard.press("ArrowRight")
    shows(gallery, 3)


def test_a_photo_that_somebody_else_deletes_is_reported_and_no_other_takes_its_place(
    server: Page, gallery: Any
) -> None:
    look_at(gallery, 3)
    name = next(path.name for path in server.photos.glob("selfie-000003-*"))
    assert server.ask(f"/photos/{name}", "DELETE").status == 200
    arrives(server, 6)
    gallery.get_by_text("That photo was deleted").wait_for()
    shows(gallery, None)
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
    shows(gallery, 12)
    gallery.keyboard.press("ArrowRight")
    shows(gallery, 11)


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
