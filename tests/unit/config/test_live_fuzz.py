"""config.yaml after random slips: what is in force is always what the newest good file says."""

import os
import random
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml

from appliance.clock import VirtualClock
from appliance.config import Config, load_config
from appliance.config.live import LiveConfig
from appliance.config.template import render
from appliance.errors import ConfigError
from appliance.line.runner import Runner
from appliance.pipeline.assembly import assemble, load_models
from appliance.records.decision import Decision
from appliance.records.frame import Frame
from tests.support.strategies import frame


def settled(live: LiveConfig) -> bool:
    """Whether a change is seen, two looks after it."""
    return [live.changed() for _ in range(3)] != [False] * 3


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "config.yaml"
    file.write_text("rule:\n  min_faces: 2\n")
    return file


WORDS = [
    "happy",
    "true",
    "none",
    "17",
    "-1",
    "0.5",
    "[",
    "]",
    "{",
    "}",
    ":",
    "\n",
    "  ",
    "#",
    "&a",
    "*a",
    "é",
    "9" * 40,
]


def edited(lines: list[str], rng: random.Random) -> str:
    """The shipped file after somebody's slip: a line lost, doubled, moved, or a word too many."""
    lines = list(lines)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(lines))
        slip = rng.randrange(5)
        if slip == 0:
            del lines[at]
        elif slip == 1:
            lines.insert(at, rng.choice(lines))
        elif slip == 2:
            lines[at] = lines[at][: rng.randint(0, len(lines[at]))] + rng.choice(WORDS)
        elif slip == 3:
            key, colon, _ = lines[at].partition(":")
            lines[at] = key + colon + " " + rng.choice(WORDS)
        else:
            lines[at] = " " * rng.randint(0, 4) + lines[at]
    return "\n".join(lines)


class Stages:
    """The stages of a running appliance; they take every good configuration as the daemon gives it."""

    def __init__(self) -> None:
        self.config = Config()
        self.decisions: list[Decision] = []
        models = load_models(self.config)
        self.assembly = assemble(self.config, models, on_decision=[self.decisions.append])

    def use(self, config: Config) -> None:
        models = load_models(config) if config.faces != self.config.faces else None
        self.assembly.use(config, models)
        self.config = config

    def see(self, frame: Frame) -> None:
        heard = len(self.decisions)
        Runner([frame], self.assembly.lines, VirtualClock(), threading.Event()).run_inline()
        assert len(self.decisions) == heard + 1


def assert_says(text: str, config: Config) -> None:
    """Every value in the file is the one in force, and what is not in it has its default."""
    said, in_force, default = yaml.safe_load(text) or {}, dump(config), dump(Config())
    for section, values in in_force.items():
        written = said.get(section) or {}
        for key, value in values.items():
            wanted = written.get(key, default[section][key])
            assert value == ([wanted] if isinstance(value, list) and not isinstance(wanted, list) else wanted)


def dump(config: Config) -> dict[str, Any]:
    return config.model_dump(mode="json")


@pytest.mark.slow
@pytest.mark.parametrize(
    "count", [300, pytest.param(10_000, marks=[pytest.mark.long, pytest.mark.timeout(1800)])]
)
def test_random_edits_never_crash_and_never_put_a_wrong_configuration_in_force(
    path: Path, tmp_path: Path, count: int
) -> None:
    """In force is always what the newest good file says, to the letter, also after a restart.

    Frames go through the stages all the while.
    """
    rng = random.Random(7)
    stages = Stages()
    lines = render().splitlines()
    path.write_text(render())
    live = LiveConfig(path, state=tmp_path)
    in_force, _ = live.start()
    live.remember(in_force)
    refused = 0
    for number in range(count):
        path.write_text(edited(lines, rng), "utf-8")
        os.utime(path, ns=(number + 1, number + 1))
        assert settled(live)
        try:
            in_force = live.load()
        except ConfigError:
            refused += 1
        else:
            live.remember(in_force)
            stages.use(in_force)
            assert_says(path.read_text("utf-8"), in_force)
        stages.see(frame(number / 30, number))
        if number % 50 == 0:
            assert LiveConfig(path, state=tmp_path).start()[0] == in_force
    assert count / 10 < refused < count
    assert load_config(next(tmp_path.glob("last-good-config-*"))) == in_force
