"""The page in a browser set to German: every part of it speaks German, and fits."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from appliance.language.catalogue import catalogue
from tests.support.browser import LAPTOP, PASSWORD, PHONE, SHOTS, Demo

pytestmark = pytest.mark.timeout(300)
PARTS = {
    "live": "Live",
    "mood": "Stimmung",
    "photos": "Fotos",
    "settings": "Einstellungen",
    "health": "Zustand",
}
READ = """() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walk.nextNode()) found.push(walk.currentNode.textContent.trim());
    for (const name of ["aria-label", "alt", "title", "placeholder"])
        for (const one of document.querySelectorAll(`[${name}]`)) found.push(one.getAttribute(name));
    return found;
}"""


@pytest.fixture(params=[LAPTOP, PHONE], ids=["laptop", "phone"])
def german(demo: Demo, chromium: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    context = chromium.new_context(locale="de-DE", **request.param)
    tab = context.new_page()
    tab.goto(demo.url)
    tab.get_by_label("Passwort").fill(PASSWORD)
    tab.get_by_role("button", name="Anmelden").click()
    tab.wait_for_selector("#curtain.up", state="attached")
    yield tab
    context.close()


def left_in_english(tab: Any) -> list[str]:
    """What is read on the page, and stands in the catalogue with another translation."""
    german = catalogue("de")
    return sorted({text for text in tab.evaluate(READ) if text and german.translate(text) != text})


def test_every_part_is_in_german_and_has_no_barriers(german: Any, request: pytest.FixtureRequest) -> None:
    screen = request.node.callspec.id
    assert german.evaluate("document.documentElement.lang") == "de"
    for part, title in PARTS.items():
        german.goto(german.url.partition("#")[0] + f"#{part}")
        german.get_by_role("heading", name=title, exact=True, level=1).wait_for(state="attached")
        german.wait_for_timeout(1500)
        assert left_in_english(german) == [], part
        assert german.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, part
        SHOTS.mkdir(parents=True, exist_ok=True)
        german.screenshot(path=SHOTS / f"{screen}-german-{part}.png")
        found = Axe().run(german).response["violations"]
        assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == [], part


def test_the_verdict_on_the_picture_is_said_in_german(german: Any) -> None:
    strong = german.locator("#verdict strong")
    for _ in range(200):
        text = strong.text_content()
        if "von" in text or "Alle" in text:
            return
        german.wait_for_timeout(100)
    pytest.fail(f"the verdict is {text}")
