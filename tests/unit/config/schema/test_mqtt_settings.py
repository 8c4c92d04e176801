"""The section ``mqtt``: what can work, and what cannot."""

from pathlib import Path

import pytest
import yaml

from appliance.config import load_config
from appliance.config.schema import MqttSettings
from appliance.errors import ConfigError


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"enabled": True, "host": "broker.example"},
        {"enabled": True, "host": "192.168.1.2"},
        {"enabled": True, "host": "fd00::2", "tls": True, "port": 8883},
        {"host": "b", "tls": True, "ca_file": "/etc/ssl/own.pem", "certificate": "/c.pem", "key": "/k.pem"},
        {"username": "barn", "password": "söb3r #1"},
        {"topic": "school/hall", "discovery": ""},
    ],
)
def test_what_can_work_is_accepted(values: dict[str, object]) -> None:
    assert MqttSettings.model_validate(values).port in {1883, 8883}


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"enabled": True}, "host"),
        ({"host": "mqtt://broker"}, "host"),
        ({"host": "broker:1883x"}, "host"),
        ({"host": "b", "tls": True, "certificate": "/c.pem"}, "key"),
        ({"host": "b", "tls": True, "key": "/k.pem"}, "certificate"),
        ({"host": "b", "ca_file": "/c.pem"}, "tls"),
        ({"ca_file": "~/c.pem", "tls": True}, "ca_file"),
        ({"password": "x"}, "username"),
        ({"topic": ""}, "topic"),
        ({"topic": "a/+/b"}, "topic"),
        ({"topic": "/a"}, "topic"),
        ({"topic": "$SYS"}, "topic"),
        ({"discovery": "home#"}, "discovery"),
        ({"name": "a\nb"}, "name"),
        ({"port": 0}, "port"),
    ],
)
def test_what_cannot_is_refused_by_its_key(tmp_path: Path, values: dict[str, object], key: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump({"mqtt": values}))
    with pytest.raises(ConfigError) as refused:
        load_config(path)
    assert [problem.key for problem in refused.value.problems] == [f"mqtt.{key}"]
