"""What the page asks to be set, before it gets as far as the file."""

from typing import Any

import pytest

from tests.support.page_server import Page


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        *(
            ({"rule.who": {"yaml": text}}, "rule.who")
            for text in (
                "2026-99-99",
                "!!bool x",
                "!!timestamp x",
                "!!int x",
                "!!int ''",
                "!!float x",
                "0x" + "f" * 4_000,
            )
        ),
        ({"rule.\ud800": 1}, "rule.\\ud800"),
        ({"web.\ud800": 1}, "web.\\ud800"),
    ],
)
def test_what_is_not_a_value_is_refused_with_words(page: Page, changes: dict[str, Any], key: str) -> None:
    before = page.config.read_bytes()
    answer = page.ask("/api/settings", "PUT", changes)
    assert answer.status == 422, answer.body
    assert {one["key"] for one in answer.json()["problems"]} == {key}
    assert page.config.read_bytes() == before


def test_settings_that_there_are_not_never_get_as_far_as_the_files_text(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would be spliced and read again: hundreds in one request took minutes of the processor."""
    monkeypatch.setattr("appliance.web.settings_file.put", lambda *_: pytest.fail("spliced"))
    answer = page.ask("/api/settings", "PUT", {"rule.hold_seconds": 1, "rule.a": 1, "rule.b": 1})
    assert answer.status == 422
    assert [one["key"] for one in answer.json()["problems"]] == ["rule.a"]


def test_more_than_the_settings_can_be_is_not_even_looked_at(page: Page) -> None:
    assert page.ask("/api/settings", "PUT", {"export.label": "a" * 5_000}).status == 413
