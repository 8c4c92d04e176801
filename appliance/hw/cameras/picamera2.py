"""The Pi camera, through picamera2 and libcamera.

One configuration with two streams: ``main`` for the photo, ``lores`` for the analysis. Both are of the same
request, so the photo is the very frame that was judged.
"""

import threading
from functools import partial
from typing import Any

import cv2
import numpy as np

from appliance.clock import Clock
from appliance.config import schema
from appliance.errors import (
    CameraAbsentError,
    CameraBusyError,
    CameraError,
    CameraFormatError,
    CameraStalledError,
)
from appliance.hw.cameras.convert import believable, make_frame
from appliance.hw.cameras.raw import Layout, Plane, to_bgr, to_strips
from appliance.imaging.resize import fitted_size
from appliance.records.frame import Colour, Frame, Picture

BUFFERS = 4
"""A request is copied and given back at once, so few are enough; each takes scarce contiguous memory."""

CLOSING = 2.0
"""Seconds. A camera whose driver hangs never closes; the daemon must go on."""

_AF_CONTINUOUS = 2  # libcamera::controls::AfModeContinuous
_MATRICES = {"Rec601": "601", "Rec709": "709", "Rec2020": "2020"}  # libcamera::ColorSpace::YcbcrEncoding


def open_pi_camera(settings: schema.Camera, clock: Clock) -> "PiCamera":
    """The Pi camera of the settings, running. Raises CameraAbsent-, CameraBusy- or CameraFormatError."""
    camera_class, transform_class, sycc = _import()
    # USB cameras are also listed by libcamera, last; they have no second stream and belong to `webcam`.
    found = [info for info in camera_class.global_camera_info() if "/usb" not in info.get("Id", "")]
    if settings.device >= len(found):
        there_are = f"there are {len(found)}, counted from 0" if found else "libcamera sees none"
        raise CameraAbsentError(
            f"There is no Pi camera {settings.device}: {there_are}",
            "Check the cable with the power off; rpicam-hello --list-cameras shows what is connected",
        )
    device = _open(camera_class, settings.device)
    try:
        _configure(device, settings, transform_class, sycc)
        return PiCamera(device, clock, upside_down=settings.orientation >= 180)
    except CameraError:
        device.close()
        raise
    except (RuntimeError, ValueError, OSError) as error:
        device.close()
        raise CameraFormatError(
            f"The Pi camera does not accept {settings.picture_size[0]}x{settings.picture_size[1]} with a"
            f" second stream: {_story(error)}",
            "Set a smaller camera.picture_size",
        ) from error


def _import() -> tuple[Any, Any, Any]:
    """Picamera2, libcamera's Transform, and the colour space of JPEG (BT.601, full range)."""
    try:
        from libcamera import ColorSpace, Transform  # noqa: PLC0415  (takes a second, and is on no laptop)
        from picamera2 import Picamera2  # noqa: PLC0415
    except ImportError as error:
        raise CameraAbsentError(
            f"picamera2 is not installed ({error})", "On a Pi: sudo apt install python3-picamera2"
        ) from error
    except (ValueError, RuntimeError, OSError) as error:  # ValueError: built for another numpy
        raise CameraAbsentError(f"picamera2 cannot be loaded ({error})", "Run setup.sh again") from error
    return Picamera2, Transform, ColorSpace.Sycc()


def _open(camera_class: Any, number: int) -> Any:
    try:
        return camera_class(number)
    except (RuntimeError, IndexError, OSError) as error:
        told = _story(error)
        if "busy" in told.lower() or "acquire" in told.lower():
            raise CameraBusyError(
                f"Pi camera {number} is in use by another program ({told})",
                "Stop it first",
            ) from error
        raise CameraAbsentError(f"Pi camera {number} cannot be opened ({told})", "Check its cable") from error


def _story(error: BaseException) -> str:
    """The message and those of what caused it: picamera2 says the interesting part last."""
    told = []
    cause: BaseException | None = error
    while cause is not None:
        told.append(str(cause).rstrip("."))
        cause = cause.__cause__ or cause.__context__
    return ": ".join(told)


def _configure(device: Any, settings: schema.Camera, transform_class: Any, sycc: Any) -> None:
    main = fitted_size(settings.picture_size, device.sensor_resolution, step=2)
    turned = int(settings.orientation >= 180)
    configuration = device.create_video_configuration(
        # YUV420 takes half the memory of RGB, and a camera without it grants what it has.
        main={"size": main, "format": "YUV420"},
        lores={"size": fitted_size(main, settings.analysis_size, step=2), "format": "YUV420"},
        transform=transform_class(hflip=turned, vflip=turned),
        colour_space=sycc,
        buffer_count=BUFFERS,
        controls=supported_controls(device.camera_controls, settings.frame_rate),
    )
    device.configure(configuration)
    device.start()


def supported_controls(advertised: dict[str, tuple[Any, Any, Any]], frame_rate: int) -> dict[str, Any]:
    """What this camera can be told: a fixed-focus module has no AfMode, a test camera has no frame rate."""
    controls: dict[str, Any] = {}
    if "AfMode" in advertised:
        controls["AfMode"] = _AF_CONTINUOUS
    if "FrameDurationLimits" in advertised:
        shortest, longest, _ = advertised["FrameDurationLimits"]
        microseconds = min(max(1_000_000 // frame_rate, shortest), longest)
        controls["FrameDurationLimits"] = (microseconds, microseconds)
    return controls


def granted_layout(stream: dict[str, Any], colour_space: Any) -> Layout:
    """What the camera granted, from ``camera_configuration()``. Raises CameraFormatError."""
    width, height = stream["size"]
    matrix, full_range = "601", True
    if colour_space is not None:
        matrix = _MATRICES.get(colour_space.ycbcrEncoding.name, "601")
        full_range = colour_space.range.name == "Full"
    layout = Layout(stream["format"], width, height, stream["stride"], matrix, full_range)
    layout.check()
    return layout


class PiCamera:
    """Camera that reads both streams of a running Picamera2."""

    def __init__(self, device: Any, clock: Clock, *, upside_down: bool = False) -> None:
        granted = device.camera_configuration()
        self._main = granted_layout(granted["main"], granted["colour_space"])
        self._lores = granted_layout(granted["lores"], granted["colour_space"])
        transform = granted["transform"]
        self._turn = upside_down and not (transform.hflip and transform.vflip)
        model = device.camera_properties.get("Model", "unknown model")
        self.description = (
            f"Pi camera {model}: {self._main.width}x{self._main.height} {self._main.format},"
            f" analysis {self._lores.width}x{self._lores.height} {self._lores.format}"
        )
        self._device = device
        self._clock = clock
        self._sequence = 0
        self._job: Any = None

    def read(self, timeout: float) -> Frame:
        """The next frame. Raises CameraStalledError, CameraFormatError."""
        # A job that timed out stays queued: waiting for it again keeps its request from being lost.
        job = self._job = self._job or self._device.capture_request(wait=False)
        try:
            request = job.get_result(timeout=timeout)
        except TimeoutError:
            raise CameraStalledError(
                f"The Pi camera sent no picture for {timeout:g} s", "Check its cable; it is opened again"
            ) from None
        except RuntimeError as error:
            self._job = None
            raise CameraStalledError(f"The Pi camera failed: {_story(error)}", "Check its cable") from error
        self._job = None
        try:
            main = request.make_buffer("main")
            lores = request.make_buffer("lores")
            stamp = request.get_metadata().get("SensorTimestamp", 0) / 1e9
        finally:
            request.release()
        captured_at = believable(stamp, self._clock.now())
        picture = Picture(
            width=self._main.width,
            height=self._main.height,
            convert=partial(self._upright, main, self._main),
            held=len(main),
            pieces=None if self._turn else partial(to_strips, main, self._main),
        )
        small = self._upright(lores, self._lores)
        frame = make_frame(self._sequence, captured_at, small, (small.shape[1], small.shape[0]), picture)
        self._sequence += 1
        return frame

    def _upright(self, buffer: Plane, layout: Layout) -> Colour:
        bgr = to_bgr(buffer, layout)
        return np.asarray(cv2.rotate(bgr, cv2.ROTATE_180), dtype=np.uint8) if self._turn else bgr

    def close(self) -> None:
        """Stop the camera and give it back."""
        closing = threading.Thread(target=self._device.close, name="camera-close", daemon=True)
        closing.start()
        closing.join(CLOSING)
