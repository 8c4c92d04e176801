"""A guest with a phone: the QR code's link opens today's photos, an old one says so, the code is typed."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from appliance.web.guests import Guests
from tests.support.browser import LAPTOP, PHONE, SHOTS
from tests.support.guest_party import Party, guest_pass
from tests.support.page_server import serving
from tests.support.passwords import HASHED, PASSWORD

pytestmark = pytest.mark.timeout(180)
WIDTHS = (320, 390, 768, 820, 844, 1366)


@pytest.fixture
def party(tmp_path: Path) -> Iterator[Party]:
    secret = guest_pass(time.time() - 3600, time.time() + 3600)
    with serving(tmp_path, password=HASHED, extra=f"  guests: true\n  guest_pass: '{secret}'\n") as page:
        yield Party(page, Guests(True, secret))


def opened(chromium: Any, party: Party, path: str, screen: dict[str, Any]) -> Any:
    tab = chromium.new_context(**screen).new_page()
    tab.goto(f"http://127.0.0.1:{party.page.port}{path}")
    return tab


def loaded(tab: Any, selector: str) -> None:
    """Wait until the last of these pictures is there, without eval, which the page forbids."""
    picture = tab.locator(selector).last
    while not picture.evaluate("one => one.complete && one.naturalWidth > 0"):
        time.sleep(0.02)


def shoot(tab: Any, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    tab.screenshot(path=SHOTS / f"{name}.png")


def test_the_link_opens_todays_photos_and_vanishes_from_the_address(party: Party, chromium: Any) -> None:
    tab = opened(chromium, party, f"/guest#{party.guests.token()}", PHONE)
    tab.get_by_text("2 photos").wait_for()
    assert tab.locator(".tile").count() == 2
    assert "#" not in tab.url
    loaded(tab, ".tile img")
    shoot(tab, "guest-phone")
    with tab.expect_download() as saved:
        tab.get_by_role("link", name="Save the photo").first.click()
    assert saved.value.suggested_filename == party.todays[1]
    tab.reload()
    tab.get_by_text("2 photos").wait_for()
    assert tab.get_by_role("button", name="Delete").count() == 0
    tab.goto(f"http://127.0.0.1:{party.page.port}/")
    tab.get_by_role("link", name="Photos for guests").click()
    tab.get_by_text("2 photos").wait_for()
    tab.context.close()


def test_an_old_link_says_so_and_the_code_opens_the_page(party: Party, chromium: Any) -> None:
    old = Guests(True, guest_pass(time.time() - 7200, time.time() - 3600)).token()
    tab = opened(chromium, party, f"/guest#{old}", LAPTOP)
    tab.get_by_text("This link has expired; ask for a new one").wait_for()
    shoot(tab, "guest-expired")
    tab.get_by_label("Code").fill("aaaa aaaa")
    tab.get_by_role("button", name="Show the photos").click()
    tab.get_by_text("Wrong code").wait_for()
    tab.get_by_label("Code").fill(party.guests.code.lower())
    tab.get_by_role("button", name="Show the photos").click()
    tab.get_by_text("2 photos").wait_for()
    tab.context.close()


def test_the_owner_shows_a_code_that_opens_on_another_phone(party: Party, chromium: Any) -> None:
    owner = opened(chromium, party, "/#photos", LAPTOP)
    owner.get_by_label("Password").fill(PASSWORD)
    owner.get_by_role("button", name="Log in").click()
    owner.locator(".tile").first.wait_for()  # before, the button has no script yet
    owner.get_by_role("button", name="Guests").click()
    owner.get_by_text(f"Code: {party.guests.code}").wait_for()
    loaded(owner, "#share-picture")
    shoot(owner, "laptop-share")
    link = owner.locator("#share-link").text_content()
    assert [one["impact"] for one in Axe().run(owner).response["violations"]] == []
    owner.context.close()
    guest = chromium.new_context(**PHONE).new_page()
    guest.goto(link)
    guest.get_by_text("2 photos").wait_for()
    guest.context.close()


@pytest.mark.parametrize("inside", [False, True])
def test_the_guests_page_fits_every_screen_and_has_no_barriers(
    party: Party, chromium: Any, inside: bool
) -> None:
    tab = opened(chromium, party, f"/guest#{party.guests.token()}" if inside else "/guest", LAPTOP)
    tab.get_by_text("2 photos" if inside else "type the code").wait_for()
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 700})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, width
    assert [one["id"] for one in Axe().run(tab).response["violations"]] == []
    tab.context.close()
