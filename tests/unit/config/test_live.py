"""config.yaml edited while it runs: good changes apply, bad ones are refused, over a restart too."""

import logging
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from gpiozero import LED

from appliance.clock import VirtualClock
from appliance.config import Config, load_config
from appliance.config.live import LiveConfig, state_folder
from appliance.config.template import render
from appliance.daemon.daemon import Daemon
from appliance.errors import ConfigError
from appliance.light.states import Condition
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


class Running:
    """A daemon on the bundled scene, in a thread."""

    def __init__(self, path: Path, state: Path) -> None:
        self.decisions: list[Decision] = []
        live = LiveConfig(path, state=state)
        config, fault = live.start()
        self.daemon = Daemon(config, live=live, fault=fault, listeners=[self.decisions.append])
        self.errors: list[BaseException] = []
        self.thread = threading.Thread(target=self._run, daemon=True)  # a test that fails must end
        self.thread.start()
        self.until(lambda: len(self.decisions) > 2)

    def _run(self) -> None:
        try:
            self.daemon.run()
        except BaseException as error:
            self.errors.append(error)

    def until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not true():
            assert self.thread.is_alive(), self.errors
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def stop(self) -> None:
        self.daemon.stop()
        self.thread.join(20)
        assert not self.errors

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Running, Path]]:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    photos = tmp_path / "photos"
    photos.mkdir()
    path = tmp_path / "config.yaml"
    path.write_text(text(photos))
    with Running(path, tmp_path) as running:
        yield running, path


def text(photos: Path, rule: str = "mode: button", more: str = "") -> str:
    return (
        f"camera:\n  source: scene\n  analysis_size: [320, 240]\nfaces:\n  detector: cascade\n"
        f"rule:\n  {rule}\nstorage:\n  folder: {photos}\n  keep_free_mb: 0\n{more}"
    )


def test_an_edit_applies_while_it_runs_and_a_bad_one_does_not(
    running: tuple[Running, Path], caplog: pytest.LogCaptureFixture
) -> None:
    appliance, path = running
    caplog.set_level(logging.INFO)
    photos = path.parent / "photos"
    assert not appliance.decisions[-1].armed
    path.write_text(text(photos, "mode: always_armed"))
    appliance.until(lambda: appliance.decisions[-1].armed)
    path.write_text(text(photos, "mode: sometimes"))
    appliance.until(lambda: Condition.CONFIG_BAD in appliance.daemon.conditions)
    appliance.until(lambda: f"{path}, line 7: rule.mode = 'sometimes'" in caplog.text)
    assert appliance.decisions[-1].armed
    path.write_text(text(photos, "mode: button", "hardware:\n  button_pin: 17\n"))
    appliance.until(lambda: "used twice" in caplog.text)
    path.write_text(text(photos / "absent", "mode: button"))
    appliance.until(lambda: "does not exist" in caplog.text)
    assert appliance.decisions[-1].armed
    path.write_text(text(photos, "mode: button", "hardware:\n  led_pin: 5\n"))
    appliance.until(lambda: not appliance.decisions[-1].armed)
    appliance.until(lambda: Condition.CONFIG_BAD not in appliance.daemon.conditions)
    sequences = [decision.frame.sequence for decision in appliance.decisions]
    assert sequences == sorted(set(sequences))


def test_a_full_card_is_reported_as_long_as_the_settings_in_force_make_it_one(
    running: tuple[Running, Path],
) -> None:
    appliance, path = running
    roomy = text(path.parent / "photos")
    full = roomy.replace("keep_free_mb: 0", "keep_free_mb: 1000000")
    with LED(22):
        path.write_text(full + "hardware:\n  led_pin: 22\n")
        appliance.until(lambda: Condition.CONFIG_BAD in appliance.daemon.conditions)
        assert Condition.STORAGE_FAULT not in appliance.daemon.conditions, "a refused setting is not in force"
    path.write_text(full)
    appliance.until(lambda: Condition.STORAGE_FAULT in appliance.daemon.conditions)
    path.write_text(roomy)
    appliance.until(lambda: Condition.STORAGE_FAULT not in appliance.daemon.conditions)


def test_a_camera_that_cannot_be_opened_is_refused_like_any_other_mistake(
    running: tuple[Running, Path], caplog: pytest.LogCaptureFixture
) -> None:
    appliance, path = running
    good = path.read_text()
    appliance.until(lambda: any(path.parent.glob("last-good-config-*")))
    broken = good.replace("source: scene", "source: replay\n  recording: absent.mp4")
    path.write_text(broken.replace("mode: button", "mode: always_armed"))
    appliance.until(lambda: Condition.CONFIG_BAD in appliance.daemon.conditions)
    told = f"{path}, line 3: camera.recording = 'absent.mp4': The recording"
    appliance.until(lambda: told in caplog.text)
    heard = len(appliance.decisions)
    appliance.until(lambda: len(appliance.decisions) > heard + 5)
    assert not appliance.decisions[-1].armed
    assert "source: scene" in next(path.parent.glob("last-good-config-*")).read_text()
    path.write_text(good + "moment:\n  burst: 2\n")
    appliance.until(lambda: Condition.CONFIG_BAD not in appliance.daemon.conditions)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("photos", "absent", "line 9: storage.folder = "),
        ("scene", "replay\n  recording: absent.mp4", "line 3: camera.recording = 'absent.mp4'"),
        (
            "mb: 0",
            "mb: 0\nhardware:\n  flash_pin: 19",
            "flash_pin = 19: GPIO19 (hardware.flash_pin) is in use",
        ),
    ],
)
def test_what_cannot_be_had_after_a_restart_is_reported_and_the_last_good_configuration_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    right: str, wrong: str, told: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    photos, path = tmp_path / "photos", tmp_path / "config.yaml"
    photos.mkdir()
    path.write_text(text(photos))
    with Running(path, tmp_path) as first:
        first.until(lambda: any(tmp_path.glob("last-good-config-*")))
    path.write_text(text(photos).replace(right, wrong))
    with LED(19), Running(path, tmp_path) as again:
        assert Condition.CONFIG_BAD in again.daemon.conditions
        assert told in caplog.text
    assert "source: scene" in next(tmp_path.glob("last-good-config-*")).read_text()


@pytest.mark.slow
@pytest.mark.parametrize("device", ["flash", "buzzer"])
def test_a_lamp_or_buzzer_that_cannot_be_had_at_the_first_start_is_reported_and_left_out(
    device: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    photos, path = tmp_path / "photos", tmp_path / "config.yaml"
    photos.mkdir()
    path.write_text(text(photos, more=f"hardware:\n  {device}_pin: 19\n"))
    with LED(19), Running(path, tmp_path) as appliance:
        assert Condition.CONFIG_BAD in appliance.daemon.conditions
        assert f"line 12: hardware.{device}_pin = 19: GPIO19" in caplog.text
        assert not list(tmp_path.glob("last-good-config-*")), "what is in the file was not in force"


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


def test_what_the_appliance_runs_with_is_remembered_for_the_next_start(running: tuple[Running, Path]) -> None:
    appliance, path = running
    appliance.until(lambda: any(path.parent.glob("last-good-config-*")))
    good, _ = LiveConfig(path, state=path.parent).start()
    path.write_text("rule: [")
    config, fault = LiveConfig(path, state=path.parent).start()
    assert config == good
    assert fault is not None
