"""What systemd hears from the whole appliance: it is ready, and alive, only while frames go all the way."""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory

from appliance.config import load_config
from appliance.daemon.daemon import Daemon
from appliance.errors import CameraStalledError
from appliance.hw.cameras.convert import make_frame
from appliance.hw.cameras.scene import Scene
from appliance.light.states import Condition
from appliance.pipeline.judge import ExpressionJudge
from appliance.records.faces import FoundFaces, JudgedFaces
from appliance.records.frame import Frame


class Heard:
    """The appliance on a camera that can be silenced, and systemd's ear."""

    description = "portrait"

    def __init__(self, scene: Scene, folder: Path, ear: socket.socket) -> None:
        self.silent = threading.Event()
        self._ear = ear
        self._picture = scene.picture(1.0)
        self._number = 0
        settings = [("storage.folder", str(folder)), ("storage.keep_free_mb", 0)]
        self.daemon = Daemon(load_config(None, settings), open_source=lambda: self)
        self.thread = threading.Thread(target=self.daemon.run)

    def read(self, timeout: float) -> Frame:
        time.sleep(0.03)
        if self.silent.is_set():
            raise CameraStalledError("The camera sends nothing", "Wait")
        self._number += 1
        return make_frame(self._number, time.monotonic(), self._picture, (640, 480))

    def close(self) -> None:
        pass

    def messages(self) -> list[bytes]:
        """What has come since last asked."""
        found = []
        while True:
            try:
                found.append(self._ear.recv(1000))
            except BlockingIOError:
                return found

    def until(self, true: Callable[[], object]) -> None:
        for _ in range(1200):
            if true():
                return
            assert self.thread.is_alive()
            time.sleep(0.05)
        pytest.fail("it never happened")

    def captured(self) -> int:
        stages = self.daemon.status()["stages"]
        return int(stages[0]["done"]) if stages else 0

    def all_heard(self, after: str) -> bool:
        """Whether every frame that has left the stage ``after`` was decided; its heartbeat is taken as heard.

        Not all of them can be counted: a socket holds ten, and drops more while this thread waits for a CPU.
        """
        stages = self.daemon.status()["stages"]
        names = [stage["name"] for stage in stages]
        first, last = names.index(after), names.index("decide")
        dropped = sum(stage["dropped"] for stage in stages[first + 1 : last + 1])
        decided = stages[last]["done"]  # counted after its heartbeat was sent
        self.messages()
        return bool(stages[first]["done"] - dropped == decided)

    def more_frames(self, count: int = 15) -> None:
        wanted = self.captured() + count
        self.until(lambda: self.captured() >= wanted)


@pytest.fixture
def heard(
    scene: Scene, tmp_path: Path, pins: MockFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Heard]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as ear:
        ear.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        heard = Heard(scene, tmp_path, ear)
        yield heard
        heard.daemon.stop()
        heard.thread.join(10)
        assert not heard.thread.is_alive()


def test_it_is_ready_when_the_camera_delivers_and_not_before(heard: Heard) -> None:
    heard.silent.set()
    heard.thread.start()
    heard.until(lambda: Condition.CAMERA_LOST in heard.daemon.conditions)
    assert heard.messages() == []
    heard.silent.clear()
    told: list[bytes] = []

    def beats() -> bool:
        told.extend(heard.messages())
        return len(told) > 3

    heard.until(beats)
    assert told[0] == b"READY=1"
    assert set(told[1:]) == {b"WATCHDOG=1"}


def test_a_camera_that_falls_silent_gives_no_heartbeat(heard: Heard) -> None:
    heard.thread.start()
    heard.until(lambda: b"WATCHDOG=1" in heard.messages())
    heard.silent.set()
    heard.until(lambda: Condition.CAMERA_LOST in heard.daemon.conditions)
    heard.until(lambda: heard.all_heard("capture"))
    time.sleep(1.2)  # two looks of the main loop, which goes on
    assert heard.messages() == []


def test_a_stage_that_hangs_gives_no_heartbeat_though_frames_come_and_the_main_loop_runs(
    heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang, held, go_on = threading.Event(), threading.Event(), threading.Event()
    judge = ExpressionJudge.process

    def process(self: ExpressionJudge, found: FoundFaces) -> Iterable[JudgedFaces]:
        if hang.is_set():
            held.set()
            go_on.wait(60)
        return judge(self, found)

    monkeypatch.setattr(ExpressionJudge, "process", process)
    heard.thread.start()
    heard.until(lambda: b"WATCHDOG=1" in heard.messages())
    hang.set()
    heard.until(lambda: held.is_set() and heard.all_heard("judge expressions"))
    heard.more_frames()
    assert heard.messages() == []
    hang.clear()
    go_on.set()
    heard.until(lambda: b"WATCHDOG=1" in heard.messages())
