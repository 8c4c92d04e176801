"""The settings as a form: words, bounds and values."""

import json
from typing import Any

import pytest

from appliance.config import Config, load_config
from appliance.config.schema import Who
from appliance.web.settings_form import is_fixed
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
    assert settings["button.hold_seconds"]["title"] == "Hold down for"
    assert not any(key.startswith("web.") for key in settings)
    assert "scrypt" not in json.dumps(form)


def test_every_way_of_who_is_offered_with_a_value_to_start_with(page: Page) -> None:
    form = page.ask("/api/settings").json()
    settings = {one["key"]: one for section in form["sections"] for one in section["settings"]}
    ways = settings["rule.who"]["ways"]
    assert [way["key"] for way in ways] == list(Who.model_fields)
    for way in ways:
        assert Who(**{way["key"]: way["start"]}).model_dump() == {way["key"]: way["start"]}


def test_eight_settings_come_first_and_every_setting_has_a_title_of_its_own_in_its_section(
    page: Page,
) -> None:
    form = page.ask("/api/settings").json()
    there = [one["key"] for section in form["sections"] for one in section["settings"]]
    assert len(form["basics"]) == 8
    assert set(form["basics"]) <= set(there)
    for section in form["sections"]:
        titles = [one["title"] for one in section["settings"]]
        assert len(set(titles)) == len(titles)
        assert not any("_" in title or title == "" for title in titles)


def test_every_setting_of_the_schema_has_its_title_there() -> None:
    untitled = [
        f"{name}.{key}"
        for name, section in Config.model_fields.items()
        if not is_fixed(f"{name}.") and isinstance(section.annotation, type)
        for key, field in section.annotation.model_fields.items()
        if not field.title
    ]
    assert untitled == []


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
