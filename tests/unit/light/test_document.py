"""The table of the light in the documentation."""

import pytest

from appliance.light.document import BEGIN, renew
from appliance.light.table import TABLE
from tests.support.sources import ROOT

DOCUMENT = ROOT / "docs" / "light.md"


def test_the_document_is_the_one_scripts_generate_would_write() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert renew(text) == text
    for signal, row in TABLE.items():
        assert f"| {signal} | {row.seen} | {row.meaning} |\n" in text


def test_a_document_keeps_the_text_around_its_table_and_one_without_marks_is_refused() -> None:
    text = DOCUMENT.read_text("utf-8")
    stale = text.replace("| armed | slow pulse", "| armed | something else")
    assert stale != text
    assert renew(stale) == text
    with pytest.raises(ValueError, match="lacks"):
        renew(text.replace(BEGIN, ""))
