"""The files of the page: weight, elements, and that they ask nobody else for anything."""

import gzip
import re
from pathlib import Path

import pytest

from appliance.language.catalogue import languages
from tests.support.page_server import Page

STATIC = Path(__file__).parents[4] / "appliance" / "web" / "static"


@pytest.mark.parametrize("language", languages())
def test_the_page_weighs_less_than_250_kb_in_every_language(page: Page, language: str) -> None:
    """As it is sent to the owner's browser, without any compression."""
    names = [path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file()]
    names = [name for name in names if not name.startswith("guest") and name != "photoswipe/LICENSE"]
    asked = [f"/static/{name}" for name in (*names, "messages.json", "vocabulary.json")]
    sent = [len(page.ask(path, headers={"Accept-Language": language}).body) for path in asked]
    assert min(sent) > 0
    assert sum(sent) <= 250_000


@pytest.mark.parametrize("language", languages())
def test_all_of_it_takes_less_than_100_kb_of_the_network_in_every_language(page: Page, language: str) -> None:
    names = [str(path.relative_to(STATIC)) for path in STATIC.rglob("*") if path.is_file()]
    headers = {"Accept-Encoding": "gzip, deflate", "Accept-Language": language}
    sent = 0
    for name in [*names, "messages.json", "vocabulary.json"]:
        answer = page.ask(f"/static/{name}", headers=headers)
        assert answer.status == 200, name
        sent += len(answer.body)
    assert sent <= 100_000


def test_a_file_is_packed_only_for_a_browser_that_takes_it_and_known_by_another_tag(page: Page) -> None:
    plain = page.ask("/static/app.js")
    packed = page.ask("/static/app.js", headers={"Accept-Encoding": "br, GZIP"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["content-type"] == plain.headers["content-type"]
    assert packed.headers["etag"] != plain.headers["etag"]
    for answer, encoding in ((plain, ""), (packed, "gzip")):
        asked = {"If-None-Match": answer.headers["etag"], "Accept-Encoding": encoding}
        again = page.ask("/static/app.js", headers=asked)
        assert (again.status, again.body) == (304, b"")
    assert "content-encoding" not in page.ask("/static/app.js", headers={"Accept-Encoding": "br"}).headers
    picture = page.ask("/static/touch-icon.png", headers={"Accept-Encoding": "gzip"})
    assert picture.body[:4] in (b"\x89PNG", gzip.compress(b"")[:4])


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
