"""The shipped config.yaml and the page of settings are made from the schema."""

from pathlib import Path

from appliance.config import Config, load_config
from appliance.config.template import json_schema, render, settings_table

ROOT = Path(__file__).parents[3]


def test_the_shipped_file_is_the_one_the_schema_describes() -> None:
    assert (ROOT / "config.yaml").read_text("utf-8") == render()


def test_the_page_of_settings_is_the_one_the_schema_describes() -> None:
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == settings_table()
    rule = json_schema()["$defs"]["RuleSettings"]["properties"]["sensitivity"]
    assert rule["description"].endswith("slight, normal or big; see docs/moment.md")
    assert "see" not in rule
    assert load_config(ROOT / "config.yaml") == Config()
