"""The live view: one frame in picture and words, greyed when it is not live, paused when nobody looks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.records.decision import Decision
from tests.support.browser import LAPTOP, PHONE
from tests.support.gallery_tab import until
from tests.support.page_server import Page, decision, serving, write_photo
from tests.support.page_viewer import Filming

COMPARED = """
window.pairs = [];
let label = "";
const draw = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
  if (text.endsWith("%")) label = text.split(" ").slice(-2).join(" ");
  return draw.call(this, text, ...place);
};
const painted = new MessageChannel(); // its message comes after everything that the frame does
painted.port1.onmessage = () => {
  const card = document.querySelector(".person:not(.free) .top span:last-child");
  if (card && label) window.pairs.push([label, card.textContent]);
  requestAnimationFrame(next);
};
function next() { painted.port2.postMessage(""); }
requestAnimationFrame(next);
"""
MINUTE_MS = 60_000

pytestmark = pytest.mark.timeout(180)


class Changing(Filming):
    """Films one person whose happiness changes with every frame."""

    def frame(self) -> Decision:
        return decision(self.sequence, 0.5 + (self.sequence % 50) / 100)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Page]:
    with serving(tmp_path) as page:
        write_photo(page.photos, 1)
        yield page


@pytest.fixture
def tab(chromium: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    context = chromium.new_context(**getattr(request, "param", LAPTOP))
    tab = context.new_page()
    tab.set_default_timeout(60_000)
    yield tab
    context.close()


def enter(tab: Any, server: Page) -> None:
    tab.goto(f"http://127.0.0.1:{server.port}/")
    tab.wait_for_selector("#curtain.up", state="attached")


def test_label_and_card_always_tell_of_the_same_frame(server: Page, tab: Any) -> None:
    tab.add_init_script(COMPARED)
    with Changing(server):
        enter(tab, server)
        until(lambda: tab.evaluate("pairs.length") > 100, "frames are drawn")
    pairs = tab.evaluate("pairs")
    assert len({card for _, card in pairs}) > 10
    assert [pair for pair in pairs if pair[0] != pair[1]] == []


def test_a_lost_connection_greys_verdict_people_and_shutter_too(server: Page, tab: Any) -> None:
    tab.add_init_script(
        """const Native = WebSocket;
        window.WebSocket = class extends Native {
          constructor(address) { super(window.away ? "ws://127.0.0.1:9/" : address); window.line = this; }
        };"""
    )
    with Filming(server):
        enter(tab, server)
        tab.get_by_text("1 of 2 smile").first.wait_for()
        assert tab.locator("#shoot").is_enabled()
        tab.evaluate("window.away = true; line.close()")
        tab.get_by_text("No connection").wait_for()
        assert tab.locator("#shoot").is_disabled()
        assert tab.locator("#arm").is_disabled()
        assert tab.inner_text("#verdict strong") == "–"
        assert tab.locator(".person:not(.free)").count() == 0
        assert tab.get_attribute("#light", "data-light") == "off"


@pytest.mark.parametrize("tab", [PHONE], indirect=True)
def test_a_page_that_nobody_touches_pauses_and_goes_on_at_a_touch(server: Page, tab: Any) -> None:
    with Filming(server):
        tab.clock.install()
        tab.add_init_script(
            """window.frames = 0;
            const Native = WebSocket;
            window.WebSocket = class extends Native {
              constructor(...all) {
                super(...all);
                this.addEventListener("message", ({ data }) => {
                  if (typeof data !== "string") window.frames += 1;
                });
              }
            };"""
        )
        enter(tab, server)
        tab.clock.run_for(4 * MINUTE_MS)
        assert tab.locator("#curtain.up").count() == 1
        tab.clock.run_for(2 * MINUTE_MS)
        tab.get_by_text("Nobody has touched this page").wait_for()
        tab.wait_for_timeout(500)
        before = tab.evaluate("frames")
        tab.wait_for_timeout(1000)
        assert tab.evaluate("frames") == before, "no picture is sent"
        tab.touchscreen.tap(195, 300)
        tab.wait_for_selector("#curtain.up", state="attached")
        assert tab.locator("#shoot").is_enabled()
