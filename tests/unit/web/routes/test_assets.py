"""The files of the page: weight, elements, and that they ask nobody else for anything."""

import re
from pathlib import Path

from tests.support.page_server import Page

STATIC = Path(__file__).parents[4] / "appliance" / "web" / "static"


def test_the_page_weighs_less_than_250_kb() -> None:
    assert sum(path.stat().st_size for path in STATIC.rglob("*") if path.is_file()) <= 250_000


def test_the_viewer_of_photos_comes_with_its_licence(page: Page) -> None:
    script = page.ask("/static/photoswipe/photoswipe.esm.min.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert b"PhotoSwipe 5" in script.body[:100]
    assert b"MIT License" in page.ask("/static/photoswipe/LICENSE").body
    for path in ("/static/photoswipe", "/static/photoswipe/", "/static/photoswipe/../app.py"):
        assert page.ask(path).status == 404


def test_every_element_that_the_scripts_ask_for_stands_in_the_page() -> None:
    guests = {"guest.js", "page.js"}
    owners = {path.name for path in STATIC.glob("*.js")} - {"guest.js"}
    for page, scripts, least in (("index.html", owners, 40), ("guest.html", guests, 10)):
        there = set(re.findall(r'\bid="([^"]+)"', (STATIC / page).read_text()))
        texts = [(STATIC / name).read_text() for name in scripts]
        wanted = {name for text in texts for name in re.findall(r'\$\("([^"]+)"\)', text)}
        assert len(wanted) >= least, page
        assert wanted <= there, page


def test_the_page_asks_nobody_else_for_anything() -> None:
    for path in (path for path in STATIC.rglob("*") if path.suffix not in {"", ".png"}):
        text = re.sub(r"http://www.w3.org/|/[*]!.*?[*]/", "", path.read_text(), flags=re.DOTALL)
        assert "//" not in "\n".join(line for line in text.splitlines() if "http" in line), path.name
