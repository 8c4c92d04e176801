"""A start that a bad configuration does not prevent."""

import contextlib
from pathlib import Path

import pytest

from appliance.config import Config
from appliance.config.live import LiveConfig
from appliance.config.schema import HardwareSettings
from appliance.daemon.start import open_safely
from appliance.errors import ConfigError, GpioError

Attempt = tuple[Config, ConfigError | None]


class Opener:
    """Opens a thing with everything that has no buzzer, and notes what was tried and is open."""

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []
        self.open = 0

    def __call__(self, config: Config, fault: ConfigError | None, resources: contextlib.ExitStack) -> Config:
        self.attempts.append((config, fault))
        self.open += 1
        resources.callback(self._close)
        if config.hardware.buzzer_pin != "none":
            raise GpioError("GPIO19 is in use", key="hardware.buzzer_pin")
        return config

    def _close(self) -> None:
        self.open -= 1


def test_a_good_configuration_is_opened_once_and_stays_open_until_the_end() -> None:
    opener, config = Opener(), Config()
    with contextlib.ExitStack() as resources:
        assert open_safely(opener, config, None, LiveConfig(None), resources) is config
        assert opener.attempts == [(config, None)]
        assert opener.open == 1
    assert opener.open == 0


def test_the_last_good_one_is_opened_in_place_of_one_that_cannot_be(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("rule:\n  min_faces: 2\n")
    live = LiveConfig(path, state=tmp_path)
    good = live.load()
    live.remember(good)
    bad = Config(hardware=HardwareSettings(buzzer_pin=19))
    opener = Opener()
    with contextlib.ExitStack() as resources:
        assert open_safely(opener, bad, None, live, resources) == good
        assert opener.open == 1, "what the first attempt had opened is closed"
    (_, first), (_, second) = opener.attempts
    assert first is None
    assert second is not None
    assert "hardware.buzzer_pin = 19: GPIO19 is in use" in str(second)


def test_a_device_that_is_not_needed_is_left_out_where_there_is_no_last_good_one() -> None:
    opener = Opener()
    with contextlib.ExitStack() as resources:
        opened = open_safely(
            opener, Config(hardware=HardwareSettings(buzzer_pin=19)), None, LiveConfig(None), resources
        )
    assert opened.hardware.buzzer_pin == "none"


def test_where_there_is_nothing_to_fall_back_to_the_reason_ends_the_start() -> None:
    def fails(*_: object) -> Config:
        raise GpioError("GPIO17 is in use", key="hardware.led_pin")

    with contextlib.ExitStack() as resources, pytest.raises(GpioError, match="GPIO17"):
        open_safely(fails, Config(), None, LiveConfig(None), resources)
