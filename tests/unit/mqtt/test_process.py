"""The bridge's process; that it runs and stops is in tests/mqtt."""

import pytest

from appliance.config import Config
from appliance.config.schema import MqttSettings
from appliance.errors import BrokerError, UsageError
from appliance.mqtt.process import run_bridge


def test_it_does_not_start_while_it_is_off() -> None:
    with pytest.raises(UsageError, match=r"mqtt\.enabled"):
        run_bridge(Config(), None)


def test_a_certificate_that_is_not_there_ends_it() -> None:
    mqtt = MqttSettings(enabled=True, host="localhost", tls=True, ca_file="/nowhere.pem")
    with pytest.raises(BrokerError, match=r"/nowhere\.pem cannot be used"):
        run_bridge(Config(mqtt=mqtt), None)
