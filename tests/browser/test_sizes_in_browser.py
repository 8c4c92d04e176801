"""The page on screens from 320 to 1,400 pixels: nothing is wider than the screen."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import log_in
from tests.support.page_server import Page, serving, write_photo
from tests.support.page_viewer import Filming
from tests.support.passwords import HASHED, PASSWORD

SIZES = [
    (320, 568),
    (360, 740),
    (390, 844),
    (430, 932),
    (568, 320),
    (600, 960),
    (768, 1024),
    (820, 1180),
    (844, 390),
    (932, 430),
    (1024, 768),
    (1400, 900),
]
PARTS = ["live", "mood", "photos", "settings", "health", "help"]
WIDE = """() => {
    const root = document.documentElement;
    const wide = [...document.querySelectorAll("body *")].filter(one => one.checkVisibility()
        && !one.closest(".scroll, .choices, [hidden], .quiet, .skip, canvas")
        && one.getBoundingClientRect().right > root.clientWidth + 1);
    return [...(root.scrollWidth > root.clientWidth ? [`page ${root.scrollWidth}`] : []),
        ...wide.slice(0, 4).map(one => `${one.tagName}.${one.className} ${one.textContent.slice(0, 30)}`)];
}"""

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Page]:
    with serving(tmp_path, password=HASHED) as page:
        for number in range(1, 8):
            write_photo(page.photos, number, day=f"2026010{1 + number // 4}")
        with Filming(page):
            yield page


def too_wide(tab: Any, words: str) -> list[str]:
    return [f"{words}: {fault}" for fault in tab.evaluate(WIDE)]


def test_nothing_is_wider_than_the_screen_at_twelve_sizes_before_and_after_logging_in(
    server: Page, chromium: Any
) -> None:
    context = chromium.new_context()
    tab = context.new_page()
    faults = []
    tab.goto(f"http://127.0.0.1:{server.port}/")
    tab.get_by_label("Password").wait_for()
    for width, height in SIZES:
        tab.set_viewport_size({"width": width, "height": height})
        faults += too_wide(tab, f"{width}x{height} log in")
    log_in(tab, PASSWORD)
    for part in PARTS:
        tab.goto(f"http://127.0.0.1:{server.port}/#{part}")
        tab.wait_for_selector(f"#view-{part}:not([hidden])")
        tab.wait_for_timeout(500)
        tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        for width, height in SIZES:
            tab.set_viewport_size({"width": width, "height": height})
            faults += too_wide(tab, f"{width}x{height} {part}")
    context.close()
    assert faults == []
