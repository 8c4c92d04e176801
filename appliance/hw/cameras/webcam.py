"""A webcam through V4L2.

OpenCV's ``read`` blocks for ten seconds when a camera stalls, so a thread reads and leaves the newest frame
in a slot; a reader waits at the slot until its timeout.
"""

import fcntl
import os
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from appliance.clock import Clock
from appliance.config import schema
from appliance.errors import CameraAbsentError, CameraBusyError, CameraFormatError, CameraStalledError
from appliance.hw.cameras.convert import believable, make_frame
from appliance.hw.cameras.granted import Granted, analysis_notes
from appliance.hw.cameras.patience import patience
from appliance.imaging.resize import fitted_size
from appliance.records.frame import Colour, Frame

WEBCAM_CLOSE_SECONDS = 1.0
"""Seconds to wait for a read in progress when closing; a stalled one ends by itself, on its thread."""

# linux/videodev2.h
_VIDIOC_QUERYCAP = 0x80685600
_QUERYCAP = struct.Struct("=16s32s32sIII12x")
_VIDEO_CAPTURE = 0x1
_STREAMING = 0x04000000
_DEVICE_CAPS = 0x80000000
_RAW_DRIVERS = ("unicam", "rp1-cfe", "bcm2835-isp", "pispbe", "bcm2835-codec", "rpivid", "rpi-hevc-dec")
"""Video nodes of a Pi that are parts of the Pi camera's machinery, or of the video decoder."""


class VideoDevice(Protocol):
    """Part of cv2.VideoCapture that is used."""

    def read(self) -> tuple[bool, Any]: ...
    def get(self, prop: int, /) -> float: ...
    def release(self) -> None: ...


def is_webcam(node: Path) -> bool:
    """Return whether the video node delivers usable pictures. Raises OSError when it cannot be queried."""
    file = os.open(node, os.O_RDWR | os.O_NONBLOCK)
    try:
        answer = fcntl.ioctl(file, _VIDIOC_QUERYCAP, bytes(_QUERYCAP.size))
    finally:
        os.close(file)
    driver, _, _, _, capabilities, device_capabilities = _QUERYCAP.unpack(answer)
    if capabilities & _DEVICE_CAPS:  # of this node; the others are of the device as a whole
        capabilities = device_capabilities
    wanted = _VIDEO_CAPTURE | _STREAMING
    return capabilities & wanted == wanted and driver.rstrip(b"\0").decode() not in _RAW_DRIVERS


def find_webcam(number: int, folder: Path = Path("/dev")) -> Path:
    """Return the video node of webcam ``number``, counted from 0. Raises CameraAbsentError."""
    found, refused = [], []
    for node in sorted(folder.glob("video*"), key=lambda node: (len(node.name), node.name)):
        try:
            if is_webcam(node):
                found.append(node)
        except OSError as error:
            refused.append(f"{node}: {error.strerror}")
    if number < len(found):
        return found[number]
    if refused:
        raise CameraAbsentError(
            f"Webcam {number} cannot be opened ({'; '.join(refused)})", "Add the user to the group video"
        )
    there_are = f"there are {len(found)}, counted from 0" if found else "no webcam is connected"
    raise CameraAbsentError(f"Webcam {number} not found: {there_are}", "Connect it, or set camera.device")


def open_webcam(settings: schema.CameraSettings, clock: Clock) -> "Webcam":
    """Return the webcam of the settings. Raises CameraAbsentError, CameraBusyError."""
    node = find_webcam(settings.device)
    capture = cv2.VideoCapture(str(node), cv2.CAP_V4L2)
    if not capture.isOpened():
        raise CameraBusyError(f"{node} is in use by another program", "Close it: fuser -v " + str(node))
    width, height = settings.picture_size
    # Uncompressed pictures of this size do not fit through USB 2 at a useful rate; the order matters.
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
    capture.set(cv2.CAP_PROP_FPS, settings.frame_rate)
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 2)
    return Webcam(
        capture,
        clock,
        name=f"webcam {node}",
        gone=lambda: not node.exists(),
        analysis_size=settings.analysis_size,
        asked_rate=settings.frame_rate,
    )


class Webcam:
    """Camera that delivers the newest frame of ``capture``; older ones that were not read are dropped."""

    def __init__(
        self,
        capture: VideoDevice,
        clock: Clock,
        *,
        name: str = "webcam",
        gone: Callable[[], bool] = lambda: False,
        analysis_size: tuple[int, int] = (640, 480),
        asked_rate: float = 0,
    ) -> None:
        self._capture = capture
        self._clock = clock
        self._name = name
        self._gone = gone
        self._analysis_size = analysis_size
        self._slot: tuple[float, Colour] | None = None
        self._failed = False
        self._closing = False
        self._changed = threading.Condition()
        self._sequence = 0
        self.dropped = 0
        self.granted = self._read_back(asked_rate)
        self.description = f"{name}: {self._format()}" + "".join(f"; {note}" for note in self.granted.notes)
        self._reader = threading.Thread(target=self._keep_reading, name="webcam", daemon=True)
        self._reader.start()

    def facts(self) -> dict[str, Any]:
        """Return what was granted, see :class:`Granted`."""
        return self.granted.facts()

    def _read_back(self, asked_rate: float) -> Granted:
        width = int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        height = int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        rate = max(0.0, self._capture.get(cv2.CAP_PROP_FPS))
        notes: tuple[str, ...] = ()
        if asked_rate and rate and abs(rate - asked_rate) > 0.02 * asked_rate:
            notes = (f"camera.frame_rate: {asked_rate:g} is not supported here, {rate:.3g} is used",)
        analysed = fitted_size((width, height), self._analysis_size) if width and height else (0, 0)
        notes += analysis_notes(self._analysis_size, analysed)
        return Granted(
            kind="webcam",
            model=self._name,
            picture_size=(width, height),
            analysis_size=analysed,
            asked_rate=asked_rate,
            frame_rate=rate,
            notes=notes,
        )

    def _format(self) -> str:
        code = int(self._capture.get(cv2.CAP_PROP_FOURCC))
        fourcc = code.to_bytes(4, "little", signed=code < 0).decode("ascii", "replace").strip("\0 ")
        width, height = self.granted.picture_size
        return f"{width}x{height} {fourcc} at {self.granted.frame_rate:g} frames/s"

    def _keep_reading(self) -> None:
        try:
            while not self._closing:
                ok, bgr = self._capture.read()
                if not ok:
                    break
                now = self._clock.now()
                stamp = believable(self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000, now)
                with self._changed:
                    self.dropped += self._slot is not None
                    self._slot = (stamp, np.asarray(bgr))
                    self._changed.notify_all()
        except cv2.error:
            pass  # a picture that cannot be decoded ends the reading, as a camera that is gone does
        finally:
            self._capture.release()  # here: releasing while another thread reads crashes OpenCV
            with self._changed:
                self._failed = True
                self._changed.notify_all()

    def read(self, timeout: float) -> Frame:
        """Return the newest frame that was not read before."""
        timeout = patience(timeout, self.granted.frame_rate, first=self._sequence == 0)
        with self._changed:
            self._changed.wait_for(lambda: self._slot is not None or self._failed, timeout)
            taken, self._slot = self._slot, None
        if taken is None:
            raise self._why(timeout)
        captured_at, bgr = taken
        if bgr.ndim != 3 or bgr.shape[2] != 3 or bgr.dtype != np.uint8:
            raise CameraFormatError(
                f"{self._name} delivers {bgr.dtype}{list(bgr.shape)}, not colour pictures", "Try another one"
            )
        frame = make_frame(self._sequence, captured_at, bgr, self._analysis_size)
        self._sequence += 1
        return frame

    def _why(self, timeout: float) -> CameraAbsentError | CameraStalledError:
        if self._gone():
            return CameraAbsentError(f"{self._name} was disconnected", "Connect it again")
        after = "delivers no pictures" if self._failed else f"sent no picture for {timeout:g} s"
        return CameraStalledError(f"{self._name} {after}", "Another program may hold it; it will be reopened")

    def close(self) -> None:
        """Stop reading and release the device."""
        self._closing = True
        self._reader.join(WEBCAM_CLOSE_SECONDS)
