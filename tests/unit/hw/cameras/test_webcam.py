"""A webcam: the newest picture wins, and one that stops is noticed in time."""

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.clock import MonotonicClock
from appliance.config import schema
from appliance.errors import CameraAbsentError, CameraFormatError, CameraStalledError
from appliance.hw.cameras import open_camera
from appliance.hw.cameras.webcam import Webcam, find_webcam, is_webcam
from appliance.records.frame import Colour


class Feed:
    """A V4L2 device under a test's control: it gives ``pictures``, then fails or, if ``hangs``, blocks."""

    def __init__(self, pictures: list[Colour], hangs: bool = False, rate: float = 0.0) -> None:
        self.rate = rate
        self.pictures = pictures
        self.hangs = hangs
        self.unblock = threading.Event()
        self.emptied = threading.Event()
        self.released = threading.Event()

    def read(self) -> tuple[bool, Colour | None]:
        if self.pictures:
            return True, self.pictures.pop(0)
        self.emptied.set()
        if self.hangs:
            self.unblock.wait()
        return False, None

    def get(self, prop: int) -> float:
        told = {cv2.CAP_PROP_FRAME_WIDTH: 640, cv2.CAP_PROP_FRAME_HEIGHT: 480, cv2.CAP_PROP_FPS: self.rate}
        return told.get(prop, 0.0)

    def release(self) -> None:
        self.released.set()


def shades(*values: int) -> list[Colour]:
    return [np.full((480, 640, 3), value, np.uint8) for value in values]


def test_the_newest_picture_is_delivered_and_the_ones_nobody_took_are_counted() -> None:
    feed = Feed(shades(1, 2, 3), hangs=True)
    camera = Webcam(feed, MonotonicClock())
    assert feed.emptied.wait(5)
    frame = camera.read(timeout=5)
    assert frame.grey[0, 0] == 3
    assert camera.dropped == 2
    feed.unblock.set()
    camera.close()


def test_a_webcam_that_stops_sending_is_noticed_within_the_timeout() -> None:
    feed = Feed(shades(1), hangs=True)
    camera = Webcam(feed, MonotonicClock())
    camera.read(timeout=5)
    with pytest.raises(CameraStalledError, match=r"no picture for 0\.05 s"):
        camera.read(timeout=0.05)
    feed.unblock.set()
    camera.close()
    assert feed.released.wait(5)


def test_a_picture_that_came_before_the_failure_is_still_delivered() -> None:
    feed = Feed(shades(7))
    camera = Webcam(feed, MonotonicClock())
    assert feed.released.wait(5)
    assert camera.read(timeout=1).grey[0, 0] == 7
    with pytest.raises(CameraStalledError, match="delivers no pictures"):
        camera.read(timeout=1)


def test_a_webcam_that_was_unplugged_is_told_from_one_that_stalls() -> None:
    camera = Webcam(Feed([]), MonotonicClock(), name="webcam /dev/video9", gone=lambda: True)
    with pytest.raises(CameraAbsentError, match="/dev/video9 was disconnected"):
        camera.read(timeout=1)


def test_closing_does_not_wait_for_a_read_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appliance.hw.cameras.webcam.WEBCAM_CLOSE_SECONDS", 0.01)
    feed = Feed([], hangs=True)
    camera = Webcam(feed, MonotonicClock())
    camera.close()
    camera.close()
    assert not feed.released.is_set()
    feed.unblock.set()
    assert feed.released.wait(5)


def test_what_is_not_a_colour_picture_is_refused_and_named() -> None:
    camera = Webcam(Feed([np.zeros((480, 640), np.uint8)]), MonotonicClock())
    with pytest.raises(CameraFormatError, match=r"uint8\[480, 640\]"):
        camera.read(timeout=5)


def test_without_a_webcam_the_error_says_so(tmp_path: Path) -> None:
    with pytest.raises(CameraAbsentError, match="no webcam is connected"):
        find_webcam(0, tmp_path)


def test_a_node_that_is_not_a_video_device_is_named_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "video0").write_bytes(b"")
    with pytest.raises(OSError, match="ioctl"):
        is_webcam(tmp_path / "video0")
    with pytest.raises(CameraAbsentError, match=r"video0: Inappropriate ioctl"):
        find_webcam(0, tmp_path)


@pytest.mark.skipif(any(Path("/dev").glob("video*")), reason="this machine has a camera")
def test_auto_says_why_no_camera_could_be_opened() -> None:
    with pytest.raises(CameraAbsentError, match=r"picamera2: .*webcam: .*camera\.source to scene"):
        open_camera(schema.CameraSettings(source="auto"), MonotonicClock(), print)


def test_auto_takes_the_webcam_and_says_why_it_is_not_the_pi_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(
        "appliance.hw.cameras.webcam.open_webcam", lambda _, clock: Webcam(Feed(shades(1)), clock)
    )
    camera = open_camera(schema.CameraSettings(source="auto"), MonotonicClock(), said.append)
    assert camera.read(timeout=5).grey.shape == (480, 640)
    (line,) = said
    assert line.startswith("camera: webcam")
    assert "not picamera2: " in line


def test_a_webcam_tells_the_size_and_rate_that_it_granted() -> None:
    feed = Feed(shades(1), rate=15)
    camera = Webcam(feed, MonotonicClock(), asked_rate=5)
    camera.close()
    facts = camera.facts()
    assert (facts["kind"], facts["picture_size"], facts["frame_rate"]) == ("webcam", [640, 480], 15)
    assert facts["notes"] == ["camera.frame_rate: 5 is not supported here, 15 is used"]
    assert "5 is not supported here" in camera.description
    assert facts["view_percent"] is None, "a webcam does not tell what of its sensor it reads"
