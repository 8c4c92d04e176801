"""Catalogue of one language: English sentences, also those with values in them, and their translations.

A sentence is recognised by its template: "12 photos" was made of ``{number} photos``. So the code that makes
sentences need not know of languages. Values are translated too where the catalogue has them.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from gettext import c2py
from importlib import resources
from typing import Any

ENGLISH = "en"
_VALUE = re.compile(r"{(\w+)}")
_PLURAL = re.compile(r"plural=([^;\\]+)")
_NUMBER = r"\d[\d.]*"
_LISTS = ("; ", ", ")
"""What sentences are strung together with."""
_LETTER = re.compile(r"[^\W\d_]")
_SECTION = "#. "
OFF_PAGE = "Not on the page: "
"""Begins the comments above sentences that are read on a terminal or on paper only."""
MOST_DEPTH = 4
"""Values in values: a list of sentences with words in them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """English ``singular`` and ``plural``; ``forms`` are the translations, one for each kind of number.

    ``on_page`` is false in the sections of a file that begin with :data:`OFF_PAGE`: no browser needs it.
    """

    singular: str
    plural: str
    forms: tuple[str, ...]
    on_page: bool = True


class Catalogue:
    """Translations into ``language``: ``entries`` and gettext's rule ``plural``, see :func:`read_po`."""

    def __init__(self, language: str, entries: list[Entry], plural: str = "n != 1") -> None:
        self.language = language
        self.entries = entries
        self.plural = c2py(plural)
        self._fixed = {entry.singular: entry for entry in entries if not _VALUE.search(entry.singular)}
        templates = [
            (template, entry)
            for entry in entries
            for template in dict.fromkeys((entry.singular, entry.plural))
            if _VALUE.search(template)
        ]
        templates.sort(key=lambda entry: -len(_VALUE.sub("", entry[0])))  # the most particular first
        self._templates = [(pattern(template), entry) for template, entry in templates]
        self._cached = lru_cache(2048)(self._find)

    def translate(self, english: str) -> str:
        """Return ``english`` in this language, or as it is where the catalogue has nothing for it."""
        return english if not self.entries else self._translate(english, 0)

    def knows(self, english: str) -> bool:
        """Return whether there is a translation of ``english``."""
        return self.translate(english) != english or self._cached(english) is not None

    def template(self, english: str) -> str:
        """Return the translation of a template, its values still to be put in; itself if there is none."""
        for entry in self.entries:
            if english in (entry.singular, entry.plural):
                return entry.forms[0 if english == entry.singular else -1]
        return english

    def messages(self) -> dict[str, Any]:
        """Return what of the catalogue the page may show, as JSON values.

        ``plural`` has the place of the form for 0 to 199; larger numbers are as their last two digits.
        """
        return {
            "language": self.language,
            "plural": [self.plural(number) for number in range(200)] if self.entries else [],
            "entries": [
                [
                    entry.singular,
                    list(entry.forms),
                    *([entry.plural] if entry.plural != entry.singular else []),
                ]
                for entry in self.entries
                if entry.on_page
            ],
        }

    def _translate(self, english: str, depth: int) -> str:
        found = self._cached(english) if depth < MOST_DEPTH else None
        if found is None:
            return self._say_otherwise(english, depth)
        entry, values = found
        translated = {name: self._translate(value, depth + 1) for name, value in values.items()}
        return _VALUE.sub(lambda value: translated.get(value[1], value[0]), self._form(entry, values))

    def _say_otherwise(self, english: str, depth: int) -> str:
        """Return a sentence that is not in the catalogue: by its small first letter, or part by part."""
        if depth >= MOST_DEPTH:
            return english
        small = english[:1].lower() + english[1:]
        if small != english and (translated := self._translate(small, depth)) != small:
            return translated[:1].upper() + translated[1:]
        return next((self._say_list(english, comma, depth) for comma in _LISTS if comma in english), english)

    def _say_list(self, english: str, comma: str, depth: int) -> str:
        return comma.join(self._translate(part, depth + 1) for part in english.split(comma))

    def _form(self, entry: Entry, values: Mapping[str, str]) -> str:
        number = next((value for value in values.values() if value.isdecimal()), None)
        if len(entry.forms) == 1 or number is None:
            return entry.forms[0]
        return entry.forms[min(self.plural(int(number)), len(entry.forms) - 1)]

    def _find(self, english: str) -> tuple[Entry, dict[str, str]] | None:
        if not _LETTER.search(english):
            return None
        if english in self._fixed:
            return self._fixed[english], {}
        for template, entry in self._templates:
            if match := template.fullmatch(english):
                return entry, match.groupdict()
        return None


def pattern(template: str) -> re.Pattern[str]:
    """Return what recognises a sentence that was made of ``template``."""
    # A value called number is one, so that "{number} photos" takes "12 photos" and not "all photos".
    parts = _VALUE.split(template)  # text, name, text, name, ..., text
    seen: set[str] = set()
    written = re.escape(parts[0])
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        written += f"(?P={name})" if name in seen else f"(?P<{name}>{_NUMBER if name == 'number' else '.+?'})"
        seen.add(name)
        written += re.escape(text)
    return re.compile(written, re.DOTALL)


def read_po(text: str) -> tuple[str, list[Entry]]:
    """Return the plural rule and the translated entries of a file in gettext's format."""
    rule, entries = "n != 1", []
    for fields in _blocks(text):
        forms = tuple(fields[key] for key in sorted(fields) if key.startswith("msgstr"))
        if fields.get("msgid") == "" and (found := _PLURAL.search(forms[0])):
            rule = found[1]
        elif fields.get("msgid") and all(forms):
            plural = fields.get("msgid_plural", fields["msgid"])
            on_page = not fields["section"].startswith(OFF_PAGE)
            entries.append(Entry(fields["msgid"], plural, forms, on_page))
    return rule, entries


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """Yield section, ``msgid``, ``msgid_plural``, ``msgstr`` or ``msgstr[0]`` of every entry."""
    fields: dict[str, str] = {}
    key = section = ""
    for line in [*text.splitlines(), ""]:
        if line.startswith("#"):
            section = line.removeprefix(_SECTION) if line.startswith(_SECTION) else section
            continue
        word, _, rest = line.partition(" ") if not line.startswith('"') else (key, "", line)
        if not line.strip():
            if fields:
                yield fields | {"section": section}
            fields = {}
            continue
        key = word
        fields[key] = fields.get(key, "") + ast.literal_eval(rest)


@lru_cache(8)
def catalogue(language: str) -> Catalogue:
    """Return the catalogue of ``language``, one of :func:`languages`."""
    if language == ENGLISH:
        return Catalogue(ENGLISH, [])
    text = (resources.files("appliance.language") / f"{language}.po").read_text("utf-8")
    rule, entries = read_po(text)
    return Catalogue(language, entries, rule)


@lru_cache(1)
def languages() -> tuple[str, ...]:
    """Return the languages there are, such as ``("en", "de")``."""
    files = (file.name for file in resources.files("appliance.language").iterdir())
    return (ENGLISH, *sorted(name.removesuffix(".po") for name in files if name.endswith(".po")))
