"""Changes of the configuration file by another process: what it may change, and what the file says of it."""

from pathlib import Path

import pytest

from appliance.config import load_config
from appliance.editing.settings_file import SettingsFile, known_keys
from appliance.errors import ApplianceError, ConfigError


def test_a_setting_that_only_the_owner_may_change_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("rule:\n  cooldown_seconds: 2\n")
    file = SettingsFile(path, fixed=lambda key: not key.startswith("rule."))
    with pytest.raises(ConfigError, match=r"storage\.folder.*can be set in the file only"):
        file.change({"rule.cooldown_seconds": 9, "storage.folder": "/elsewhere"})
    assert path.read_text() == "rule:\n  cooldown_seconds: 2\n"
    file.change({"rule.cooldown_seconds": 9})
    assert load_config(path).rule.cooldown_seconds == 9
    assert file.undoable == 1


def test_a_setting_that_the_override_file_decides_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("rule: {}\n")
    path.with_name("config.override.yaml").write_text("rule:\n  sensitivity: big\n")
    file = SettingsFile(path)
    assert file.overridden() == {"rule.sensitivity"}
    with pytest.raises(ConfigError, match="can be set in the file only"):
        file.change({"rule.sensitivity": "slight"})


def test_without_a_file_nothing_can_be_changed() -> None:
    with pytest.raises(ApplianceError, match="no configuration file to change"):
        SettingsFile(None).change({"rule.sensitivity": "slight"})


def test_every_section_has_its_keys() -> None:
    assert {"rule.expression", "storage.folder", "web.port"} <= known_keys()
