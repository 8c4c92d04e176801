"""What the bridge may change; all it does with a real broker is in tests/mqtt."""

from pathlib import Path

import pytest

from appliance.config import load_config
from appliance.errors import ConfigError
from appliance.mqtt.bridge import bridged_settings


def test_the_rule_can_be_changed_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("rule: {}\n")
    file = bridged_settings(path)
    file.change({"rule.sensitivity": "big"})
    assert load_config(path).rule.sensitivity == "big"
    for key in ("storage.folder", "web.password", "mqtt.host", "rule.mode", "export.delete_after"):
        with pytest.raises(ConfigError, match="can be set in the file only"):
            file.change({key: "x"})
