"""The settings as a form: words, bounds and values."""

import json
from typing import Any

import pytest

from appliance.config import load_config
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


@pytest.mark.parametrize("who", ["everyone", {"at_least": 3}, {"share": 0.8}])
def test_who_must_show_it_is_written_and_shown_as_it_was_chosen(page: Page, who: Any) -> None:
    text = who if isinstance(who, str) else json.dumps(who).replace('"', "")
    answer = page.ask("/api/settings", "PUT", {"rule.who": {"yaml": text}})
    assert answer.status == 200
    settings = {one["key"]: one for section in answer.json()["sections"] for one in section["settings"]}
    assert settings["rule.who"]["value"] == who
    assert load_config(page.config).rule.model_dump(mode="json")["who"] == who


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
