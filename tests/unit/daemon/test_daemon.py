"""The appliance on the bundled scene while its config.yaml changes, and over a restart."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from gpiozero import LED

from appliance.config import load_config
from appliance.config.live import LiveConfig
from appliance.daemon.daemon import Daemon
from appliance.hw.camera import EndOfRecording
from appliance.light.states import Condition
from appliance.records.decision import Decision, Reason, ReasonKind
from appliance.records.frame import Frame
from tests.support.strategies import frame


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


def test_what_the_appliance_runs_with_is_remembered_for_the_next_start(running: tuple[Running, Path]) -> None:
    appliance, path = running
    appliance.until(lambda: any(path.parent.glob("last-good-config-*")))
    good, _ = LiveConfig(path, state=path.parent).start()
    path.write_text("rule: [")
    config, fault = LiveConfig(path, state=path.parent).start()
    assert config == good
    assert fault is not None


class Three:
    """A camera that sends three frames of an empty room and ends, as a recording does."""

    description = "three frames"

    def __init__(self) -> None:
        self._sent = 0

    def read(self, timeout: float) -> Frame:
        if self._sent == 3:
            raise EndOfRecording
        self._sent += 1
        return frame(time.monotonic(), self._sent)

    def close(self) -> None:
        pass


def test_it_ends_where_a_recording_ends_and_has_looked_at_its_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    decisions: list[Decision] = []
    config = load_config(None, [("storage.folder", str(tmp_path)), ("storage.keep_free_mb", 0)])
    Daemon(config, open_source=Three, listeners=[decisions.append]).run()
    assert 1 <= len(decisions) <= 3, "a frame that comes too soon takes the place of another"
    assert {decision.reason for decision in decisions} == {Reason(kind=ReasonKind.NOBODY)}
    assert list(tmp_path.glob("*.jpg")) == []
