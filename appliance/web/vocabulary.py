"""Words of the page, taken from the code: ``/static/vocabulary.json``."""

import json

from appliance.language.catalogue import Catalogue
from appliance.light.table import TABLE
from appliance.records.labels import EXPRESSIONS
from appliance.wording.expressions import COLOURS, NAMES
from appliance.wording.page_words import PAGE_WORDS


def vocabulary(catalogue: Catalogue) -> bytes:
    """Return the JSON: title and animation of every light, key, name and colour of every expression, words.

    Titles and names are in the language of ``catalogue``; the page translates the ``words`` once their values
    are in them. The expressions are in the order of a person's ``scores``.
    """
    words = {
        "lights": {
            str(signal): {"title": catalogue.say(row.title), "animation": str(row.animation)}
            for signal, row in TABLE.items()
        },
        "expressions": [
            {"key": key, "name": catalogue.say(NAMES[key]), "colour": COLOURS[key]} for key in EXPRESSIONS
        ],
        "words": dict(PAGE_WORDS),
    }
    return json.dumps(words).encode()
