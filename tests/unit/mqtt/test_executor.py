"""CommandExecutor from the broker: obeyed, refused in words, and not faster than a person would send them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from appliance.clock import VirtualClock
from appliance.config import load_config
from appliance.errors import FeedError
from appliance.mqtt.bridge import bridged_settings
from appliance.mqtt.executor import MOST_COMMANDS, PER_SECONDS, CommandExecutor


class Asked:
    """Notes what it is asked for; without the appliance it fails."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.there = True

    async def ask(self, word: str, **_: Any) -> dict[str, Any]:
        if not self.there:
            raise FeedError("The appliance is not running")
        self.words.append(word)
        return {"ok": True}


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(100.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text("rule:\n  sensitivity: normal  # mine\n")
    return path


def obey(commands: CommandExecutor, name: str, payload: bytes) -> bool:
    return asyncio.run(commands.obey(name, payload))


@pytest.mark.parametrize(
    ("name", "payload", "word"),
    [("armed", b"ON", "arm"), ("armed", b"OFF", "disarm"), ("photo", b"PRESS", "shoot")],
)
def test_the_appliance_does_what_is_asked(
    asked: Asked, clock: VirtualClock, path: Path, name: str, payload: bytes, word: str
) -> None:
    assert obey(CommandExecutor(asked, bridged_settings(path), clock), name, payload)
    assert asked.words == [word]


def test_the_rule_is_changed_in_the_file(asked: Asked, clock: VirtualClock, path: Path) -> None:
    commands = CommandExecutor(asked, bridged_settings(path), clock)
    assert obey(commands, "sensitivity", b"slight")
    assert obey(commands, "expression", b"surprise")
    assert load_config(path).rule.expression == ("surprise",)
    assert "sensitivity: slight  # mine" in path.read_text()


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("armed", b"on"),
        ("armed", b""),
        ("photo", b"NOW"),
        ("expression", b"not_a_face"),
        ("expression", b"happy or "),
        ("sensitivity", b"huge"),
        ("sensitivity", b"\xff"),
        ("sensitivity", b"big" * 1000),
        ("mode", b"button"),
        ("", b""),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(
    asked: Asked, clock: VirtualClock, path: Path, name: str, payload: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    before = path.read_text()
    assert not obey(CommandExecutor(asked, bridged_settings(path), clock), name, payload)
    assert asked.words == []
    assert path.read_text() == before
    assert "is refused" in caplog.text


def test_settings_of_others_stay_closed_to_the_broker(path: Path) -> None:
    with pytest.raises(Exception, match="can be set in the file only"):
        bridged_settings(path).change({"storage.folder": "/"})


def test_an_appliance_that_is_away_is_told(
    asked: Asked, clock: VirtualClock, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asked.there = False
    assert not obey(CommandExecutor(asked, bridged_settings(path), clock), "armed", b"ON")
    assert "not running" in caplog.text


def test_a_flood_is_cut_and_told_once(
    asked: Asked, clock: VirtualClock, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    commands = CommandExecutor(asked, bridged_settings(path), clock)
    done = [obey(commands, "armed", b"ON") for _ in range(500)]
    assert done == [True] * MOST_COMMANDS + [False] * (500 - MOST_COMMANDS)
    assert commands.ignored == 500 - MOST_COMMANDS
    assert len(caplog.records) == 1
    clock.wait_until(clock.now() + PER_SECONDS)
    assert obey(commands, "armed", b"OFF"), "later it may be asked again"
