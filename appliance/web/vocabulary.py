"""Words of the page, taken from the code: ``/static/vocabulary.json``."""

import json

from appliance.light.table import TABLE
from appliance.records.labels import EXPRESSIONS
from appliance.wording.expressions import COLOURS, NAMES
from appliance.wording.page_words import PAGE_WORDS


def vocabulary() -> bytes:
    """Return the JSON: title and animation of every light, key, name and colour of every expression, words.

    The expressions are in the order of a person's ``scores``.
    """
    words = {
        "lights": {
            str(signal): {"title": row.title, "animation": str(row.animation)}
            for signal, row in TABLE.items()
        },
        "expressions": [{"key": key, "name": NAMES[key], "colour": COLOURS[key]} for key in EXPRESSIONS],
        "words": dict(PAGE_WORDS),
    }
    return json.dumps(words).encode()
