"""Words of the page, taken from the code: ``/static/vocabulary.json``."""

import json

from appliance.language.catalogue import Catalogue
from appliance.light.states import Signal, State
from appliance.light.table import TABLE
from appliance.records.labels import EXPRESSIONS
from appliance.wording.expressions import COLOURS, NAMES
from appliance.wording.page_words import PAGE_WORDS

FOR_GUESTS: tuple[Signal, ...] = (State.WAITING, State.ALL, State.PHOTO, State.ARMED, State.DISARMED)
"""Signals that guests need; the page's help begins with them."""


def vocabulary(catalogue: Catalogue) -> bytes:
    """Return the JSON: what there is to say of every light; key, name and colour of every expression; words.

    Titles and names are in the language of ``catalogue``; the page translates the ``words`` once their values
    are in them. The expressions are in the order of a person's ``scores``.
    """
    words = {
        "lights": {
            str(signal): {
                "title": catalogue.translate(row.title),
                "animation": str(row.animation),
                "seen": catalogue.translate(row.seen),
                "meaning": catalogue.translate(row.meaning).replace("`", ""),
            }
            for signal, row in [*((signal, TABLE[signal]) for signal in FOR_GUESTS), *TABLE.items()]
        },
        "expressions": [
            {"key": key, "name": catalogue.translate(NAMES[key]), "colour": COLOURS[key]}
            for key in EXPRESSIONS
        ],
        "words": dict(PAGE_WORDS),
    }
    return json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()
