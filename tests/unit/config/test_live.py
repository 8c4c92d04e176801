"""config.yaml edited while it runs: good changes apply, bad ones are refused, over a restart too."""

import os
from pathlib import Path

import pytest

from appliance.config.live import LiveConfig, state_folder
from appliance.errors import ConfigError


def settled(live: LiveConfig) -> bool:
    """Whether a change is seen, two looks after it."""
    return [live.changed() for _ in range(3)] != [False] * 3


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "config.yaml"
    file.write_text("rule:\n  min_faces: 2\n")
    return file


def test_nothing_is_read_again_while_nothing_changes(path: Path) -> None:
    assert not settled(LiveConfig(path))


@pytest.mark.parametrize("how", ["written", "replaced", "removed"])
def test_a_change_is_seen_however_the_editor_makes_it(path: Path, how: str) -> None:
    live = LiveConfig(path)
    other = path.with_name("new.yaml")
    other.write_text("rule:\n  min_faces: 4\n")
    if how == "written":
        path.write_text(other.read_text())
        os.utime(path, ns=(1, 1))
    elif how == "replaced":
        other.replace(path)
    else:
        path.unlink()
    assert settled(live)
    if how != "removed":
        assert live.load().rule.min_faces == 4
        assert not settled(live)


def test_a_file_that_is_still_being_written_is_left_alone_until_it_rests(path: Path) -> None:
    live = LiveConfig(path)
    for size in range(3):
        path.write_text("rule:\n" + "#" * size)
        assert not live.changed()
    assert live.changed()


def test_an_override_beside_the_file_wins_and_is_watched_and_named(path: Path) -> None:
    live = LiveConfig(path)
    override = path.with_name("config.override.yaml")
    override.write_text("rule:\n  min_faces: 3\n")
    assert settled(live)
    assert live.load().rule.min_faces == 3
    override.write_text("\nrule:\n  min_faces: none\n")
    with pytest.raises(ConfigError, match=r"config\.override\.yaml, line 3: rule\.min_faces"):
        live.load()


def test_the_last_good_configuration_is_used_after_a_restart_with_a_bad_file(
    path: Path, tmp_path: Path
) -> None:
    first = LiveConfig(path, state=tmp_path)
    config, fault = first.start()
    assert fault is None
    first.remember(config)
    path.write_text("rule:\n  min_faces: many\n")
    again, fault = LiveConfig(path, state=tmp_path).start()
    assert again == config
    assert fault is not None
    assert fault.problems[0].line == 2


def test_every_value_survives_being_remembered(path: Path, tmp_path: Path) -> None:
    path.write_text(
        "rule:\n  who: {share: 0.8}\n  expression: [happy, surprise]\nhardware:\n  led_pin: none\n"
    )
    live = LiveConfig(path, state=tmp_path)
    config, _ = live.start()
    live.remember(config)
    path.write_text("{")
    assert LiveConfig(path, state=tmp_path).start()[0] == config


def test_a_bad_file_without_a_good_one_before_ends_the_start(path: Path, tmp_path: Path) -> None:
    path.write_text("rule: 5\n")
    with pytest.raises(ConfigError):
        LiveConfig(path, state=tmp_path).start()


def test_a_memory_that_is_spoilt_is_not_a_memory(path: Path, tmp_path: Path) -> None:
    live = LiveConfig(path, state=tmp_path)
    live.remember(live.start()[0])
    (memory,) = tmp_path.glob("last-good-config-*.yaml")
    assert memory.stat().st_mode & 0o077 == 0
    memory.write_bytes(b"\xff{")
    path.write_text("{")
    with pytest.raises(ConfigError):
        LiveConfig(path, state=tmp_path).start()


def test_the_folder_that_outlives_a_restart_is_the_one_systemd_names(tmp_path: Path) -> None:
    assert state_folder({"STATE_DIRECTORY": f"{tmp_path}:{tmp_path}/photos"}) == tmp_path
    assert state_folder({"STATE_DIRECTORY": str(tmp_path / "absent")}) is None
