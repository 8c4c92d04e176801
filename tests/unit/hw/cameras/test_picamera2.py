"""The Pi camera's formats, against pictures whose colours are known; the device itself needs a real one."""

from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from appliance.clock import MonotonicClock, VirtualClock
from appliance.config import load_config, schema
from appliance.errors import CameraAbsentError, CameraFormatError, CameraStalledError
from appliance.hw.camera import facts_of
from appliance.hw.cameras import open_camera, raw
from appliance.hw.cameras.granted import Granted
from appliance.hw.cameras.picamera2 import PiCamera, granted_layout
from appliance.hw.cameras.raw import FORMATS, Layout, Plane, to_bgr, to_strips
from appliance.records.frame import Colour
from tests.support.pi_cameras import Board
from tests.support.pi_sensors import SENSORS

COLOURS = {"blue": (200, 40, 30), "green": (40, 190, 60), "red": (50, 30, 210), "grey": (128, 128, 128)}
WEIGHTS = {"601": (0.299, 0.587, 0.114), "709": (0.2126, 0.7152, 0.0722)}


def quarters(width: int = 64, height: int = 48) -> Colour:
    """One colour in each quarter, BGR."""
    bgr = np.zeros((height, width, 3), np.uint8)
    corners = [(0, 0), (0, width // 2), (height // 2, 0), (height // 2, width // 2)]
    for (y, x), colour in zip(corners, COLOURS.values(), strict=True):
        bgr[y : y + height // 2, x : x + width // 2] = colour
    return bgr


def padded(rows: Colour, stride: int) -> Colour:
    """Rows with rubbish at their end, as an ISP leaves them."""
    rows = rows.reshape(rows.shape[0], -1)
    return np.pad(rows, ((0, 0), (0, stride - rows.shape[1])), constant_values=201).ravel()


def encoded(bgr: Colour, layout: Layout) -> Plane:
    """``bgr`` as a camera would send it: the definition of the formats, written the other way round."""
    rgb = bgr[..., ::-1].astype(float)
    if "888" in layout.format:
        alpha = np.full((*bgr.shape[:2], 1), 9, np.uint8)
        order = bgr if "RGB" in layout.format else bgr[..., ::-1]
        return padded(np.dstack((order, alpha)) if "X" in layout.format else order, layout.stride)
    weights = WEIGHTS[layout.matrix]
    luma = rgb @ weights
    u = (rgb[..., 2] - luma) / (2 * (1 - weights[2]))
    v = (rgb[..., 0] - luma) / (2 * (1 - weights[0]))
    if not layout.full_range:
        luma, u, v = 16 + luma * 219 / 255, u * 224 / 255, v * 224 / 255
    y, u, v = (np.round(plane).astype(np.uint8) for plane in (luma, u[::2, ::2] + 128, v[::2, ::2] + 128))
    first, second = (u, v) if layout.format in ("YUV420", "NV12") else (v, u)
    if layout.format.startswith("NV"):
        chroma = padded(np.dstack((first, second)), layout.stride)
    else:
        chroma = np.concatenate([padded(plane, layout.stride // 2) for plane in (first, second)])
    return np.concatenate((padded(y, layout.stride), chroma))


@pytest.mark.parametrize("full_range", [True, False])
@pytest.mark.parametrize("matrix", ["601", "709"])
@pytest.mark.parametrize("padding", [0, 64])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_a_camera_may_grant_keeps_its_colours(
    name: str, padding: int, matrix: str, full_range: bool
) -> None:
    bgr = quarters()
    row = 64 * (4 if "X" in name else 3 if "888" in name else 1)
    layout = Layout(name, 64, 48, row + padding, matrix, full_range)
    converted = to_bgr(encoded(bgr, layout), layout)
    assert converted.shape == bgr.shape
    for y, x in ((12, 16), (12, 48), (36, 16), (36, 48)):
        assert np.abs(converted[y, x].astype(int) - bgr[y, x]).max() <= 3


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("height", [2, 130, 360])
def test_a_picture_converted_in_strips_has_no_seams(
    name: str, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = Layout(name, 64, height, 64 * (4 if "X" in name else 3 if "888" in name else 1))
    buffer = np.random.default_rng(height).integers(0, 256, layout.bytes, np.uint8)
    strips = list(to_strips(buffer, layout))
    assert len(strips) == -(-height // raw.BAND)
    monkeypatch.setattr(raw, "BAND", 1000)
    assert np.array_equal(np.concatenate(strips), to_bgr(buffer, layout))


def test_the_converted_picture_owns_its_bytes() -> None:
    layout = Layout("RGB888", 64, 48, 192)
    buffer = encoded(quarters(), layout)
    converted = to_bgr(buffer, layout)
    buffer[:] = 0
    assert converted.any()


def test_a_format_that_cannot_be_converted_is_named() -> None:
    with pytest.raises(CameraFormatError, match="SBGGR10"):
        granted_layout({"format": "SBGGR10", "size": (640, 480), "stride": 1280}, None)
    with pytest.raises(CameraFormatError, match="odd size 641x480"):
        granted_layout({"format": "YUV420", "size": (641, 480), "stride": 704}, None)


def test_a_buffer_that_is_too_short_is_reported_and_not_read_over() -> None:
    with pytest.raises(CameraFormatError, match=r"sent 100 bytes; 64x48 YUV420 .* takes 4608"):
        to_bgr(np.zeros(100, np.uint8), Layout("YUV420", 64, 48, 64))


def test_the_granted_colour_space_decides_the_conversion() -> None:
    rec709 = SimpleNamespace(
        ycbcrEncoding=SimpleNamespace(name="Rec709"), range=SimpleNamespace(name="Limited")
    )
    layout = granted_layout({"format": "NV12", "size": (640, 480), "stride": 640}, rec709)
    assert (layout.matrix, layout.full_range) == ("709", False)


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
