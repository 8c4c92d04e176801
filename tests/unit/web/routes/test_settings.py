"""What the page asks to be set: written with the comments kept, refused with the reason, undone."""

from typing import Any

import pytest

from appliance.config import load_config
from tests.support.page_server import Page


def test_a_change_is_written_with_the_comments_kept_and_can_be_undone(page: Page) -> None:
    before = page.config.read_text()
    changes = {"rule.cooldown_seconds": 1.5, "faces.min_size": 48, "camera.analysis_size": [320, 240]}
    assert page.ask("/api/settings", "PUT", changes).status == 200
    text = page.config.read_text()
    assert "# My own remark." in text
    assert "cooldown_seconds: 1.5" in text
    assert "# not too often" in text
    config = load_config(page.config)
    assert (config.rule.cooldown_seconds, config.faces.min_size) == (1.5, 48)
    assert config.camera.analysis_size == (320, 240)
    assert page.ask("/api/settings/undo", "POST", {}).json()["undo"] == 0
    assert load_config(page.config).rule.cooldown_seconds == 3.0
    assert "min_size" not in page.config.read_text()
    assert page.config.read_text().startswith(before.partition("web:")[0].rstrip())
    assert page.ask("/api/settings/undo", "POST", {}).json()["keys"] == []


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"rule.cooldown_seconds": -1}, "rule.cooldown_seconds"),
        ({"rule.cooldown_seconds": "soon"}, "rule.cooldown_seconds"),
        ({"rule.expression": "grumpy"}, "rule.expression"),
        ({"rule.no_such": 1}, "rule.no_such"),
        ({"rule.cooldown_seconds": 1, "faces.min_size": 1}, "faces.min_size"),
        ({"web.password": ""}, "web.password"),
        ({"web": {"yaml": "{enabled: false}"}}, "web"),
        ({"storage.folder": "/etc"}, "storage.folder"),
        ({"camera.recording": "/etc/shadow"}, "camera.recording"),
        ({"camera.analysis_size": {"yaml": "[640"}}, "camera.analysis_size"),
        ({"nowhere": 3}, "nowhere"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_its_reason_and_nothing_is_written(
    page: Page, changes: dict[str, Any], key: str
) -> None:
    before = page.config.read_bytes()
    answer = page.ask("/api/settings", "PUT", changes)
    assert answer.status == 422
    assert [one["key"] for one in answer.json()["problems"]] == [key]
    assert page.config.read_bytes() == before


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
    monkeypatch.setattr("appliance.editing.settings_file.put", lambda *_: pytest.fail("spliced"))
    answer = page.ask("/api/settings", "PUT", {"rule.hold_seconds": 1, "rule.a": 1, "rule.b": 1})
    assert answer.status == 422
    assert [one["key"] for one in answer.json()["problems"]] == ["rule.a"]


def test_more_than_the_settings_can_be_is_not_even_looked_at(page: Page) -> None:
    assert page.ask("/api/settings", "PUT", {"export.label": "a" * 5_000}).status == 413


def test_an_override_that_cannot_be_read_is_reported(page: Page) -> None:
    page.config.with_name("config.override.yaml").write_text("rule:\n  new_scene: !!bool foo\n")
    answer = page.ask("/api/settings")
    assert answer.status == 422
    assert "config.override.yaml" in answer.json()["error"]


def test_undo_of_what_somebody_else_changed_since_is_refused(page: Page) -> None:
    page.ask("/api/settings", "PUT", {"rule.min_faces": 2})
    page.config.write_text(page.config.read_text().replace("min_faces: 2", "min_faces: 7"))
    answer = page.ask("/api/settings/undo", "POST", {})
    assert answer.status == 422
    assert "changed by somebody else" in answer.json()["error"]
    assert load_config(page.config).rule.min_faces == 7


def test_a_broken_file_is_reported_and_left_alone(page: Page) -> None:
    page.config.write_text("rule:\n  cooldown_seconds: soon\n")
    assert page.ask("/api/settings").status == 422
    assert page.ask("/api/settings", "PUT", {"rule.cooldown_seconds": 1}).status == 422
    assert page.config.read_text() == "rule:\n  cooldown_seconds: soon\n"
