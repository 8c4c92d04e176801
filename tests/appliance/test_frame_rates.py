"""Whatever ``camera.frame_rate`` says, frames come, and a camera that stops is noticed."""

import contextlib
import threading
from collections.abc import Iterator

import pytest

from appliance.clock import VirtualClock
from appliance.config import schema
from appliance.hw.camera import Camera
from appliance.hw.cameras import open_camera
from appliance.pipeline.capture import Capture
from appliance.records.frame import Box, Frame
from tests.support.pi_cameras import Board
from tests.support.pi_sensors import SENSORS


@pytest.fixture
def board(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Board:
    made = Board(SENSORS[request.param], VirtualClock())
    made.install(monkeypatch)
    return made


@contextlib.contextmanager
def running(stage: Capture) -> Iterator[Iterator[Frame]]:
    """The frames of ``stage``, whose camera is closed in the end."""
    frames = iter(stage)
    try:
        yield frames
    finally:
        frames.close()  # type: ignore[attr-defined]  # a generator


def capture(board: Board, lost: list[bool], rate: int) -> Capture:
    settings = schema.CameraSettings(
        source="picamera2", frame_rate=rate, picture_size=(640, 480), analysis_size=(64, 48)
    )

    def reopen() -> Camera:
        return open_camera(settings, board.clock, lambda _: None)

    return Capture(reopen(), reopen, board.clock, threading.Event(), lost.append)


@pytest.mark.parametrize("board", [name for name in SENSORS if name != "ovunknown"], indirect=True)
@pytest.mark.parametrize("rate", [1, 2, 3, 5, 10, 60, 120])
def test_frames_come_at_every_frame_rate_without_opening_the_camera_twice(board: Board, rate: int) -> None:
    lost: list[bool] = []
    with running(capture(board, lost, rate)) as frames:
        times = [next(frames).captured_at for _ in range(6)]
    assert len(board.opened) == 1
    assert not lost
    used = board.opened[0].frame_seconds()
    assert times[-1] - times[0] == pytest.approx(5 * used, abs=0.01)


@pytest.mark.parametrize("board", ["imx708"], indirect=True)
@pytest.mark.parametrize("rate", [1, 30])
def test_a_camera_that_stops_is_opened_again_also_at_a_low_frame_rate(board: Board, rate: int) -> None:
    lost: list[bool] = []
    with running(capture(board, lost, rate)) as frames:
        for _ in range(3):
            next(frames)
        stopped = board.clock.now()
        board.opened[-1].controls_set["FrameDurationLimits"] = (10**9, 10**9)
        next(frames)
    assert len(board.opened) == 2
    assert lost == [True, False]
    assert board.clock.now() - stopped <= 2 + 0.5 + 11.5


@pytest.mark.parametrize("board", ["imx708"], indirect=True)
def test_the_camera_focuses_on_the_faces_that_were_found(board: Board) -> None:
    stage = capture(board, [], 30)
    with running(stage) as frames:
        next(frames)
        stage.aim([Box(32, 18, 8, 8)])
        next(frames)
    (window,) = board.opened[0].controls_set["AfWindows"]
    assert window == pytest.approx((2304, 1296, 576, 576), abs=8)
