"""The page on screens from 320 to 1,400 pixels: nothing is wider than the screen."""

import itertools
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


DRAWN = """
window.words = [];
const draw = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
  if (this.canvas.id === "chart") {
    if (text === "100 %") window.words = []; // the first that a chart says
    const { width } = this.measureText(text);
    const left = { center: x - width / 2, right: x - width }[this.textAlign] ?? x;
    window.words.push([text, left, left + width, y]);
  }
  return draw.call(this, text, x, y);
};
"""


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


def test_the_stages_are_readable_on_a_phone_without_scrolling(server: Page, chromium: Any) -> None:
    context = chromium.new_context()
    tab = context.new_page()
    tab.goto(f"http://127.0.0.1:{server.port}/")
    log_in(tab, PASSWORD)
    tab.goto(f"http://127.0.0.1:{server.port}/#health")
    tab.get_by_text("Judge expressions").wait_for()
    for width, height in SIZES:
        tab.set_viewport_size({"width": width, "height": height})
        hidden = tab.evaluate("(one => one.scrollWidth - one.clientWidth)(document.querySelector('.stages'))")
        assert hidden <= 0, f"{width}x{height}"
    context.close()


def test_the_times_below_the_chart_never_touch_each_other(server: Page, chromium: Any) -> None:
    context = chromium.new_context()
    tab = context.new_page()
    tab.add_init_script(DRAWN)
    tab.goto(f"http://127.0.0.1:{server.port}/")
    log_in(tab, PASSWORD)
    tab.goto(f"http://127.0.0.1:{server.port}/#mood")
    tab.get_by_text("people in view").first.wait_for()
    for width, height in SIZES:
        tab.set_viewport_size({"width": width, "height": height})
        for span in tab.locator("#mood-span button").all():
            span.click()
            tab.wait_for_timeout(50)
            words = tab.evaluate("words")
            times = sorted((left, right) for text, left, right, _ in words if ":" in text)
            assert times, f"{width}x{height}: no time is said"
            for (_, right), (left, _) in itertools.pairwise(times):
                assert left - right > 4, f"{width}x{height}"
            below = max(y for *_, y in words)
            others = [right for text, _, right, y in words if ":" not in text and y > below - 12]
            assert all(right <= times[0][0] for right in others), f"{width}x{height}"
    context.close()


def test_what_covers_the_page_covers_the_strip_of_the_scroll_bar(server: Page, chromium: Any) -> None:
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    tab = context.new_page()
    tab.goto(f"http://127.0.0.1:{server.port}/#photos")
    log_in(tab, PASSWORD)
    covered = "document.body.offsetWidth === innerWidth"
    tab.locator(".tile").first.wait_for()
    assert not tab.evaluate(covered), "this browser keeps a strip"
    tab.get_by_role("button", name="QR code").click()
    assert tab.evaluate(covered)
    tab.keyboard.press("Escape")
    tab.locator(".tile").first.click()
    assert tab.evaluate(covered)
    context.close()
