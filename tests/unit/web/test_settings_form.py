"""Tuning: the settings of the file, checked by the code that reads it, comments kept, undo."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from appliance.cli import main
from appliance.config import load_config
from appliance.errors import ConfigError
from appliance.web.passwords import matches
from tests.support.page_server import Page


def test_settings_come_with_words_bounds_and_values(page: Page) -> None:
    form = page.ask("/api/settings").json()
    settings = {one["key"]: one for section in form["sections"] for one in section["settings"]}
    cooldown = settings["rule.cooldown_seconds"]
    assert (cooldown["value"], cooldown["least"], cooldown["most"]) == (3.0, 0, 3600)
    assert "one photo to the next" in cooldown["words"]
    assert settings["rule.sensitivity"]["words"] == "how plainly it must be seen: slight, normal or big"
    assert settings["rule.expression"]["kind"] == "several"
    assert settings["rule.mode"]["choices"] == ["always_armed", "button"]
    assert settings["storage.folder"]["fixed"] is True
    assert not any(key.startswith("web.") for key in settings)
    assert "scrypt" not in json.dumps(form)


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


@pytest.mark.parametrize("who", ["everyone", {"at_least": 3}, {"share": 0.8}])
def test_who_must_show_it_is_written_and_shown_as_it_was_chosen(page: Page, who: Any) -> None:
    text = who if isinstance(who, str) else json.dumps(who).replace('"', "")
    answer = page.ask("/api/settings", "PUT", {"rule.who": {"yaml": text}})
    assert answer.status == 200
    settings = {one["key"]: one for section in answer.json()["sections"] for one in section["settings"]}
    assert settings["rule.who"]["value"] == who
    assert load_config(page.config).rule.model_dump(mode="json")["who"] == who


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


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("export.label", "ON"),
        ("export.label", "yes"),
        ("people.grace_seconds", 0.00001),
    ],
)
def test_a_value_is_read_as_it_was_set(page: Page, key: str, value: Any) -> None:
    answer = page.ask("/api/settings", "PUT", {key: value})
    assert answer.status == 200, answer.body
    settings = {one["key"]: one for section in answer.json()["sections"] for one in section["settings"]}
    assert settings[key]["value"] == value


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


@pytest.mark.parametrize("text", ["rule: [", "- a\n- b\n", "\tx: 1", "rule: {expression: grumpy}\n"])
def test_a_password_does_not_get_into_a_file_that_is_broken_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    monkeypatch.setattr("sys.stdin", io.StringIO("open sesame!\n"))
    assert main(["web-password", "--config", str(path)]) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert path.read_text() == text


def test_a_password_can_be_set_when_its_lack_is_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("web:\n  enabled: true\n  listen: 0.0.0.0\n")
    with pytest.raises(ConfigError, match="needs a password"):
        load_config(path)
    monkeypatch.setattr("sys.stdin", io.StringIO("open sesame!\n"))
    assert main(["web-password", "--config", str(path)]) == 0
    assert load_config(path).web.listen == "0.0.0.0"


def test_web_password_writes_it_hashed_into_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("# mine\nweb:\n  enabled: true # yes\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("open sesame!\n"))
    assert main(["web-password", "--config", str(path)]) == 0
    assert matches("open sesame!", load_config(path).web.password)
    assert "# yes" in path.read_text()
    assert "sesame" not in path.read_text() + capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert main(["web-password", "--config", str(path)]) == 2
