"""Words of the page, taken from the code: ``/static/vocabulary.json``."""

import json

from appliance.language.catalogue import Catalogue
from appliance.light.table import TABLE
from appliance.records.labels import EXPRESSIONS
from appliance.wording.expressions import COLOURS, NAMES


def vocabulary(catalogue: Catalogue) -> bytes:
    """Return the JSON: title and animation of every light signal; key, name and colour of every expression.

    Words are in the language of ``catalogue``. The expressions are in the order of a person's ``scores``.
    """
    words = {
        "lights": {
            str(signal): {"title": catalogue.say(row.title), "animation": str(row.animation)}
            for signal, row in TABLE.items()
        },
        "expressions": [
            {"key": key, "name": catalogue.say(NAMES[key]), "colour": COLOURS[key]} for key in EXPRESSIONS
        ],
    }
    return json.dumps(words).encode()
