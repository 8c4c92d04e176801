"""The appliance as a whole in front of a smiling group: button, light, card."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory

from appliance.clock import MonotonicClock
from appliance.config import load_config
from appliance.daemon.daemon import Daemon
from appliance.hw.cameras.convert import make_frame
from appliance.hw.cameras.scene import Scene
from appliance.light.states import Signal, State
from appliance.records.decision import Decision
from appliance.records.frame import Frame

LED, BUTTON = 17, 27


class Portrait:
    """A camera that sees the same picture all the time, 20 frames a second."""

    description = "portrait"

    def __init__(self, picture: Any) -> None:
        self._picture = picture
        self._number = 0

    def read(self, timeout: float) -> Frame:
        time.sleep(0.05)
        self._number += 1
        return make_frame(self._number, time.monotonic(), self._picture, (640, 480))

    def close(self) -> None:
        pass


class Running:
    """A daemon in a thread, and what it decided last."""

    def __init__(self, picture: Any, folder: Path, *settings: tuple[str, Any]) -> None:
        wanted = [("storage.folder", str(folder)), ("storage.keep_free_mb", 0), ("rule.new_scene", False)]
        self.decision: Decision | None = None
        self.photos: list[Path] = []
        self.error: BaseException | None = None
        self.daemon = Daemon(
            load_config(None, [*wanted, *settings]),
            open_source=lambda: Portrait(picture),
            listeners=[self._hear],
            on_photo=[lambda photo: self.photos.append(photo.path)],
            clock=MonotonicClock(),
        )
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.daemon.run()
        except BaseException as error:
            self.error = error

    def _hear(self, decision: Decision) -> None:
        self.decision = decision

    def until(self, what: Callable[[], object]) -> None:
        """Wait for something to become true; the machine may be busy."""
        for _ in range(600):
            if what():
                return
            assert self.thread.is_alive(), self.error
            time.sleep(0.05)
        pytest.fail("it never happened")

    def shows(self, light: Signal) -> bool:
        return self.decision is not None and self.decision.light is light


@pytest.fixture
def start(scene: Scene, tmp_path: Path, pins: MockFactory) -> Iterator[Callable[..., Running]]:
    running: list[Running] = []

    def starter(*settings: tuple[str, Any], at: float = 7.5) -> Running:
        running.append(Running(scene.picture(at), tmp_path, *settings))
        return running[-1]

    yield starter
    for one in running:
        one.daemon.stop()
        one.thread.join(10)
        assert not one.thread.is_alive()


def test_a_smiling_group_gets_one_photo_after_another(start: Callable[..., Running], tmp_path: Path) -> None:
    running = start(("rule.cooldown_seconds", 1.0))
    running.until(lambda: len(running.photos) >= 2)
    assert sorted(running.photos) == sorted(tmp_path.glob("*.jpg"))


def press(pins: MockFactory) -> None:
    """As long as a finger takes."""
    pins.pin(BUTTON).drive_low()
    time.sleep(0.2)
    pins.pin(BUTTON).drive_high()


def test_a_press_disarms_it_and_another_arms_it(start: Callable[..., Running], pins: MockFactory) -> None:
    running = start(("rule.mode", "button"))
    running.until(lambda: running.shows(State.DISARMED))
    assert not running.photos
    press(pins)
    running.until(lambda: running.photos)
    time.sleep(0.3)
    press(pins)
    running.until(lambda: running.shows(State.DISARMED))


def test_the_led_is_dark_before_it_is_ready_and_after_it_ends(
    start: Callable[..., Running], pins: MockFactory
) -> None:
    led = pins.pin(LED)
    assert not led.state
    running = start(at=1.0)
    running.until(lambda: led.state)
    running.until(lambda: running.shows(State.WAITING))
    running.daemon.stop()
    running.thread.join(10)
    assert not led.state


def test_a_photo_that_cannot_be_kept_is_reported_and_it_goes_on(
    start: Callable[..., Running], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    running = start(("rule.cooldown_seconds", 0.5))
    running.until(lambda: running.photos)
    shutil.rmtree(tmp_path)
    running.until(lambda: "The photo is lost" in caplog.text)
    assert str(tmp_path) in caplog.text
    taken = len(running.photos)
    tmp_path.mkdir()
    running.until(lambda: len(running.photos) > taken)


def test_a_full_card_at_start_is_reported_and_it_runs_all_the_same(
    start: Callable[..., Running], caplog: pytest.LogCaptureFixture
) -> None:
    running = start(("storage.keep_free_mb", 1_000_000))
    running.until(lambda: "The photo is lost" in caplog.text)
    assert "The card is full" in caplog.text
    assert not running.photos
