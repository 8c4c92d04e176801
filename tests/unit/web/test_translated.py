"""The page speaks the browser's language; what programs read stays English."""

import json

from appliance.language.catalogue import Catalogue, Entry, catalogue
from appliance.web.translated import translate_html
from tests.support.page_server import Page

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


def test_a_german_browser_gets_the_page_in_german_and_an_english_one_in_english(open_page: Page) -> None:
    german, english = (
        open_page.ask("/", headers=GERMAN),
        open_page.ask("/", headers={"Accept-Language": "en"}),
    )
    assert '<html lang="de">' in german.body.decode()
    assert "<span>Einstellungen</span>" in german.body.decode()
    assert 'aria-label="Abmelden"' in german.body.decode()
    assert "<span>Settings</span>" in english.body.decode()
    for answer, language in ((german, "de"), (english, "en")):
        assert answer.headers["content-language"] == language
        assert answer.headers["vary"] == "Accept-Encoding, Accept-Language"
    assert german.headers["etag"] != english.headers["etag"]
    again = open_page.ask("/", headers=GERMAN | {"If-None-Match": german.headers["etag"]})
    assert again.status == 304
    assert open_page.ask("/", headers={"If-None-Match": german.headers["etag"]}).status == 200


def test_the_scripts_get_catalogue_and_words_in_that_language(open_page: Page) -> None:
    messages = open_page.ask("/static/messages.json", headers=GERMAN).json()
    assert messages["language"] == "de"
    assert ["Photo taken", ["Foto aufgenommen"]] in messages["entries"]
    assert open_page.ask("/static/messages.json").json()["entries"] == []
    words = open_page.ask("/static/vocabulary.json", headers=GERMAN).json()
    assert words["lights"]["camera_lost"] == {
        "title": "Kamera verloren",
        "seen": "zweimal blinken, eine Pause",
        "meaning": "die Kamera antwortet nicht; neuer Versuch",
        "animation": "bad",
    }
    assert words["expressions"][1]["name"] == "angeekelt"


def test_answers_for_programs_are_never_translated(open_page: Page) -> None:
    for path in ("/api/photos?after=x", "/photos/x", "/api/session", "/healthz", "/metrics"):
        assert open_page.ask(path, headers=GERMAN).status == open_page.ask(path).status
    refused = open_page.ask("/photos/selfie-000001-20260102-150405.jpg", headers=GERMAN)
    assert json.loads(refused.body) == {"error": "Photo not found; it may have been deleted"}


def test_a_translation_cannot_break_the_page() -> None:
    tricky = Catalogue("xx", [Entry("Settings", "Settings", ('<b>"R&D"</b>',))])
    page = translate_html('<html lang="en"><p title="Settings"> Settings </p>', tricky)
    wanted = "&lt;b&gt;&quot;R&amp;D&quot;&lt;/b&gt;"
    assert page == f'<html lang="xx"><p title="{wanted}"> {wanted} </p>'


def test_what_is_no_text_stays() -> None:
    page = "<style>a > b { color: red }</style><p>42</p><p>&nbsp;</p>"
    assert translate_html(page, catalogue("de")) == page
