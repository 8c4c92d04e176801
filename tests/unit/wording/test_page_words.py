"""The page's scripts use the words that there are, and all of them."""

import re

from appliance.wording.page_words import PAGE_WORDS
from tests.support.sources import ROOT

SCRIPTS = "\n".join(path.read_text() for path in (ROOT / "appliance" / "web" / "static").glob("*.js"))


def test_every_word_that_a_script_asks_for_is_there() -> None:
    asked = set(re.findall(r'\btext\("([a-z._]+)"', SCRIPTS))
    counted = re.findall(r'\bcounted\("([a-z._]+)"', SCRIPTS)
    asked |= {f"{key}.{number}" for key in counted for number in ("one", "other")}
    assert len(asked) > 20
    assert asked <= set(PAGE_WORDS)


def test_no_word_is_left_over() -> None:
    literals = set(re.findall(r'"([a-z._]+)"', SCRIPTS))
    templates = re.findall(r"\btext\(`([^`]+)`", SCRIPTS)
    made = ["[a-z_]+".join(re.escape(part) for part in re.split(r"\$\{.*?\}", one)) for one in templates]
    unused = {
        key
        for key in PAGE_WORDS
        if key not in literals
        and key.rpartition(".")[0] not in literals
        and not any(re.fullmatch(pattern, key) for pattern in made)
    }
    assert unused == set()
