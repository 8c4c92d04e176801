"""The Pi camera's formats, against pictures whose colours are known; the device itself needs a real one."""

from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from appliance.clock import MonotonicClock, VirtualClock
from appliance.config import load_config, schema
from appliance.errors import CameraAbsentError, CameraStalledError
from appliance.hw.camera import facts_of
from appliance.hw.cameras import open_camera
from appliance.hw.cameras.granted import Granted
from appliance.hw.cameras.picamera2 import PiCamera
from appliance.hw.cameras.raw import Layout, Plane
from tests.support.pi_cameras import Board
from tests.support.pi_sensors import SENSORS
from tests.support.raw_pictures import COLOURS, encoded, quarters


class Device:
    """Picamera2 as far as one read of both streams goes. The real one is tried where libcamera is."""

    def __init__(self, *, stalls: bool = False) -> None:
        self.stalls = stalls
        self.lent = 0
        self.jobs = 0
        self.main = Layout("YUV420", 256, 192, 256)
        self.lores = Layout("YUV420", 64, 48, 64)
        self.camera_controls: dict[str, object] = {}

    def camera_configuration(self) -> dict[str, object]:
        streams = {
            name: {"format": layout.format, "size": (layout.width, layout.height), "stride": layout.stride}
            for name, layout in (("main", self.main), ("lores", self.lores))
        }
        return streams | {"colour_space": None, "transform": SimpleNamespace(hflip=False, vflip=False)}

    def capture_request(self, wait: bool) -> "Job":
        assert not wait, "an unbounded wait"
        self.jobs += 1
        job = Job()
        if not self.stalls:
            self.lent += 1
            job.future.set_result(self)
        return job

    def make_buffer(self, name: str) -> Plane:
        layout = self.main if name == "main" else self.lores
        return encoded(quarters(layout.width, layout.height), layout)

    def get_metadata(self) -> dict[str, object]:
        return {"SensorTimestamp": int((MonotonicClock().now() - 0.05) * 1e9)}

    def release(self) -> None:
        self.lent -= 1

    def close(self) -> None:
        pass


class Job:
    def __init__(self) -> None:
        self.future: Future[Device] = Future()

    def get_result(self, timeout: float) -> Device:
        return self.future.result(timeout)


def camera_of(device: Device, **settings: Any) -> PiCamera:
    granted = Granted(
        kind="picamera2", model="test", picture_size=(256, 192), analysis_size=(64, 48), asked_rate=30
    )
    return PiCamera(device, MonotonicClock(), granted, schema.CameraSettings(**settings))


def test_a_frame_has_both_streams_of_one_request_and_the_sensor_s_time() -> None:
    device = Device()
    camera = camera_of(device)
    frame = camera.read(timeout=1)
    assert device.lent == 0
    assert frame.grey.shape == (48, 64)
    assert frame.picture_scale == (4, 4)
    assert np.abs(frame.picture.bgr()[20, 20].astype(int) - COLOURS["blue"]).max() <= 3
    assert 0.04 < MonotonicClock().now() - frame.captured_at < 1
    assert "256x192 YUV420" in camera.description


@pytest.mark.parametrize("turns", [True, False])
@pytest.mark.parametrize(("wanted", "left"), [(0, 0), (90, 90), (180, 0), (270, 90)])
def test_the_picture_is_turned_by_what_the_camera_itself_does_not(
    monkeypatch: pytest.MonkeyPatch, turns: bool, wanted: int, left: int
) -> None:
    board = Board(SENSORS["imx708"], VirtualClock(), turns=turns)
    board.install(monkeypatch)
    overrides = [("camera.source", "picamera2"), ("camera.orientation", wanted)]
    settings = load_config(None, overrides).camera
    camera = open_camera(settings, board.clock, print)
    frame = camera.read(1.5)
    assert (facts_of(camera) or {}).get("turned", 0) == (left if turns else wanted)
    assert (frame.picture.height > frame.picture.width) == (wanted in (90, 270))


def test_a_pi_camera_that_stalls_is_noticed_and_no_second_job_is_queued() -> None:
    device = Device(stalls=True)
    camera = camera_of(device)
    for _ in range(2):
        with pytest.raises(CameraStalledError, match=r"no picture for 0\.01 s"):
            camera.read(timeout=0.01)
    assert device.jobs == 1
    camera.close()


def test_without_picamera2_the_error_says_what_to_install() -> None:
    try:
        import picamera2  # noqa: F401, PLC0415
    except ImportError:
        with pytest.raises(CameraAbsentError, match=r"not installed.*apt install python3-picamera2"):
            open_camera(schema.CameraSettings(source="picamera2"), MonotonicClock(), print)
    else:
        pytest.skip("picamera2 is installed here")
