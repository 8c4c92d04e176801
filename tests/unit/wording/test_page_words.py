"""The page's scripts use the words that there are, and all of them."""

import re

from appliance.wording.page_words import PAGE_WORDS
from tests.support.sources import ROOT

SCRIPTS = ROOT / "appliance" / "web" / "static"


def test_every_word_that_a_script_asks_for_is_there_and_none_is_left_over() -> None:
    asked = set()
    for script in SCRIPTS.glob("*.js"):
        source = script.read_text()
        asked |= set(re.findall(r'\btext\("([a-z._]+)"', source))
        asked |= {
            f"{key}.{n}" for key in re.findall(r'\bcounted\("([a-z._]+)"', source) for n in ("one", "other")
        }
    assert asked == set(PAGE_WORDS)
