"""Files of the page that hold words, in the language of the browser that asks."""

import html
import json
import re
from importlib import resources

from appliance.language.catalogue import ENGLISH, Catalogue
from appliance.web.vocabulary import vocabulary

_TEXT = re.compile(r"(?<=>)(?P<before>\s*)(?P<text>[^<>]*?[^<>\s][^<>]*?)(?P<after>\s*)(?=<)")
_READ = re.compile(r'(?P<name> (?:aria-label|alt|title|placeholder)=")(?P<text>[^"]+)"')
"""Attributes that are read by people."""


def translated_files(catalogue: Catalogue) -> dict[str, tuple[bytes, str]]:
    """Return bytes and media type of each file of the page that differs between languages, by name."""
    files = {
        "messages.json": (
            json.dumps(catalogue.messages(), ensure_ascii=False, separators=(",", ":")).encode(),
            "application/json",
        ),
        "vocabulary.json": (vocabulary(catalogue), "application/json"),
    }
    for file in (resources.files("appliance.web") / "static").iterdir():
        if file.name.endswith(".html"):
            text = translate_html(file.read_text("utf-8"), catalogue)
            files[file.name] = (text.encode(), "text/html")
    return files


def translate_html(page: str, catalogue: Catalogue) -> str:
    """Return ``page`` with its texts, and the attributes that people read, in the catalogue's language."""

    def translate(text: str) -> str:
        plain = html.unescape(text)
        translated = catalogue.translate(plain)
        return text if translated == plain else html.escape(translated)

    page = page.replace(f'<html lang="{ENGLISH}">', f'<html lang="{catalogue.language}">')
    page = _READ.sub(lambda found: f'{found["name"]}{translate(found["text"])}"', page)
    return _TEXT.sub(lambda found: found["before"] + translate(found["text"]) + found["after"], page)


def texts_of(page: str) -> list[str]:
    """Return what of ``page`` people read, as it stands in a catalogue."""
    found = [*_TEXT.finditer(page), *_READ.finditer(page)]
    return [html.unescape(match["text"]) for match in found]
