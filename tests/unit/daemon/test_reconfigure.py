"""A change of settings: all parts go over to it, or everything stays as it was."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from appliance.config import Config
from appliance.config.live import LiveConfig
from appliance.config.schema import RuleSettings
from appliance.daemon.reconfigure import Change, Part, SettingsInForce
from appliance.errors import ApplianceError, ConfigError, GpioError

OLD = Config()
NEW = Config(rule=RuleSettings(min_faces=2))
NEWER = Config(rule=RuleSettings(min_faces=3))


class Recorder(Part):
    """A part that writes down what happens to it; it may refuse, at once or later."""

    def __init__(self, name: str, journal: list[str]) -> None:
        self.name = name
        self.journal = journal
        self.error: ApplianceError | None = None
        self.late_error: ApplianceError | None = None
        self.is_ready = True
        self.unchanged = False

    def prepare(self, old: Config, new: Config) -> Change | None:
        if self.unchanged:
            return None
        if self.error is not None:
            raise self.error
        self._note(f"prepare {new.rule.min_faces}")
        return Change(
            commit=lambda: self._note(f"commit {new.rule.min_faces}"),
            abort=lambda: self._note(f"back to {old.rule.min_faces}"),
            ready=self._ready,
        )

    def _ready(self) -> bool:
        if self.late_error is not None:
            raise self.late_error
        return self.is_ready

    def _note(self, what: str) -> None:
        self.journal.append(f"{self.name}: {what}")


@pytest.fixture
def journal() -> list[str]:
    return []


@pytest.fixture
def parts(journal: list[str]) -> list[Recorder]:
    return [Recorder(name, journal) for name in ("light", "disk", "camera")]


def in_force(parts: Sequence[Part], path: Path | None = None) -> SettingsInForce:
    return SettingsInForce(OLD, parts, LiveConfig(path))


def test_nothing_is_put_in_force_before_everything_is_prepared(
    parts: list[Recorder], journal: list[str]
) -> None:
    settings = in_force(parts)
    settings.propose(NEW)
    assert journal == ["light: prepare 2", "disk: prepare 2", "camera: prepare 2"]
    assert settings.config == OLD
    journal.clear()
    assert settings.settle()
    assert journal == ["light: commit 2", "disk: commit 2", "camera: commit 2"]
    assert settings.config == NEW
    assert not settings.settle(), "it is done once"


def test_one_part_that_refuses_leaves_all_as_they_were_and_names_the_setting(
    parts: list[Recorder], journal: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("hardware:\n  led_pin: 17\n")
    parts[2].error = GpioError("GPIO17 is in use", key="hardware.led_pin")
    settings = in_force(parts, path)
    with pytest.raises(ConfigError, match=r"config\.yaml, line 2: hardware\.led_pin = 17: GPIO17 is in use"):
        settings.propose(NEW)
    assert journal[2:] == ["disk: back to 1", "light: back to 1"]
    assert not settings.settle()
    assert settings.config == OLD


def test_a_part_that_must_prove_itself_holds_up_the_others(parts: list[Recorder], journal: list[str]) -> None:
    parts[2].is_ready = False
    settings = in_force(parts)
    settings.propose(NEW)
    assert not settings.settle()
    assert settings.config == OLD
    assert not any("commit" in line for line in journal)
    parts[2].is_ready = True
    assert settings.settle()
    assert settings.config == NEW


def test_a_part_that_turns_out_not_to_work_takes_everything_back(
    parts: list[Recorder], journal: list[str]
) -> None:
    parts[2].is_ready = False
    settings = in_force(parts)
    settings.propose(NEW)
    settings.settle()
    parts[2].late_error = GpioError("it does not work", key="camera.source")
    journal.clear()
    with pytest.raises(ConfigError, match="it does not work"):
        settings.settle()
    assert journal == ["camera: back to 1", "disk: back to 1", "light: back to 1"]
    assert settings.config == OLD
    assert not settings.settle(), "it is refused once"


def test_a_newer_change_takes_the_place_of_one_that_waits(parts: list[Recorder], journal: list[str]) -> None:
    parts[2].is_ready = False
    settings = in_force(parts)
    settings.propose(NEW)
    settings.propose(NEWER)
    backs = [line for line in journal if "back" in line]
    assert backs == ["camera: back to 1", "disk: back to 1", "light: back to 1"]
    parts[2].is_ready = True
    settings.settle()
    assert settings.config == NEWER


def test_a_part_that_nothing_changes_for_is_left_alone(parts: list[Recorder], journal: list[str]) -> None:
    parts[0].unchanged = True
    settings = in_force(parts)
    settings.propose(NEW)
    settings.settle()
    assert not any(line.startswith("light") for line in journal)


def test_the_same_settings_again_are_in_force_at_once_without_a_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = in_force([])
    settings.propose(OLD)
    assert settings.settle()
    assert not caplog.text
