"""The page in browsers of 2022 (iOS 15): what is newer is taken away from Chromium before the page loads."""

import contextlib
from typing import Any

import pytest

from tests.support.browser import PHONE, Demo, log_in, visit

pytestmark = pytest.mark.timeout(300)

NEWER = """
const gone = [
  [AbortSignal, ["timeout", "any"]], [Array, ["fromAsync"]], [Map, ["groupBy"]],
  [Object, ["groupBy", "hasOwn"]],
  [Promise, ["withResolvers", "try"]], [URL, ["canParse", "parse"]], [window, ["structuredClone"]],
  [Array.prototype, ["at", "findLast", "findLastIndex", "toSorted", "toReversed", "toSpliced", "with"]],
  [String.prototype, ["at", "isWellFormed", "toWellFormed"]],
  [Set.prototype, ["union", "intersection", "difference", "isSubsetOf"]],
  [CanvasRenderingContext2D.prototype, ["roundRect", "reset", "createConicGradient"]],
  [Element.prototype, ["checkVisibility", "setHTML", "setHTMLUnsafe"]],
  [HTMLElement.prototype, ["showPopover", "hidePopover", "togglePopover"]],
  [Document.prototype, ["startViewTransition"]], [Response, ["json"]],
];
for (const [place, names] of gone) for (const name of names) delete place[name];
"""


def test_a_browser_of_2022_logs_in_and_shows_every_part(demo: Demo, chromium: Any) -> None:
    with contextlib.closing(chromium.new_context(**PHONE)) as context:
        context.add_init_script(NEWER)
        tab = context.new_page()
        tab.set_default_timeout(30_000)
        errors: list[str] = []
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.goto(demo.url)
        assert tab.evaluate("typeof AbortSignal.timeout") == "undefined"
        log_in(tab)
        tab.wait_for_selector("#curtain.up", state="attached")
        tab.wait_for_selector(".person:not(.free)", state="attached")
        for part in ("Mood", "Photos", "Settings", "Health", "Live"):
            visit(tab, part)
        assert errors == []
        assert tab.locator("#old").is_hidden()


def test_an_older_one_is_told_so(demo: Demo, chromium: Any) -> None:
    with contextlib.closing(chromium.new_context(**PHONE)) as context:
        context.add_init_script("delete window.HTMLDialogElement;")
        tab = context.new_page()
        tab.goto(demo.url)
        tab.get_by_text("This browser is too old for this page").wait_for(timeout=20_000)


def test_a_page_whose_server_does_not_answer_says_so(demo: Demo, chromium: Any) -> None:
    with contextlib.closing(chromium.new_context(**PHONE)) as context:
        tab = context.new_page()
        tab.route("**/api/session", lambda route: route.abort())
        tab.goto(demo.url)
        tab.get_by_text("The page's server does not answer").first.wait_for(timeout=20_000)
