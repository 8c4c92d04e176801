"""Pi camera, through picamera2 and libcamera.

One configuration with two streams: ``main`` for the photo, ``lores`` for the analysis. Both belong to the
same request, so the photo is the same frame that was judged. The raw stream is left out: it is unused, and
each of its buffers would be synchronised for every frame.
"""

import errno
import os
import threading
from collections.abc import Sequence
from functools import partial
from typing import Any

from appliance.clock import Clock
from appliance.config import schema
from appliance.errors import (
    CameraAbsentError,
    CameraBusyError,
    CameraError,
    CameraFormatError,
    CameraMemoryError,
    CameraStalledError,
)
from appliance.hw.cameras.convert import believable, make_frame
from appliance.hw.cameras.granted import Granted
from appliance.hw.cameras.patience import patience
from appliance.hw.cameras.pi_configure import Configuring
from appliance.hw.cameras.pi_focus import Focus
from appliance.hw.cameras.pi_metering import FaceMetering
from appliance.hw.cameras.pi_tuning import VARIABLE, choose_tuning, forget_missing_file, path_of
from appliance.hw.cameras.raw import Layout, Plane, to_bgr, to_planes, to_strips
from appliance.records.frame import Box, Frame, Grey, Picture

PI_CLOSE_SECONDS = 2.0
"""Seconds to wait for closing. A camera whose driver hangs never closes; the daemon must go on."""

_REPORTED = ("ExposureTime", "AnalogueGain", "DigitalGain", "Lux", "FrameDuration", "LensPosition", "AfState")
"""Keys of a frame's metadata, as libcamera names them; microseconds, factors, lux, dioptres."""

_MATRICES = {"Rec601": "601", "Rec709": "709", "Rec2020": "2020"}  # libcamera::ColorSpace::YcbcrEncoding


def open_pi_camera(settings: schema.CameraSettings, clock: Clock) -> "PiCamera":
    """Return the Pi camera of the settings, running.

    Raises CameraAbsentError, CameraBusyError, CameraFormatError, CameraMemoryError or CameraTuningError.
    """
    camera_class, libcamera = _import()
    forget_missing_file()
    # USB cameras are also listed by libcamera, last; they have no second stream and belong to `webcam`.
    found = [camera for camera in camera_class.global_camera_info() if "/usb" not in camera.get("Id", "")]
    if settings.device >= len(found):
        there_are = f"there are {len(found)}, counted from 0" if found else "libcamera sees none"
        raise CameraAbsentError(
            f"Pi camera {settings.device} not found: {there_are}",
            "Check the cable with the power off; rpicam-hello --list-cameras shows what is connected",
        )
    tuning = choose_tuning(camera_class, settings, str(found[settings.device].get("Model", "")))
    notes = tuning.notes
    if len(found) > 1:
        notes += (f"camera.device: {settings.device} of {len(found)} Pi cameras is used",)
    device = _open_tuned(camera_class, settings.device, path_of(tuning.content))
    reported = {"tuning": tuning.name} | (
        {} if settings.exposure == "normal" else {"exposure": tuning.exposure}
    )
    try:
        granted = Configuring(device, settings, libcamera, settings_told=reported, notes=notes).whole_view()
        device.start()
        return PiCamera(device, clock, granted, settings)
    except CameraError:
        device.close()
        raise
    except (RuntimeError, ValueError, OSError) as error:
        device.close()
        raise _refused(error, settings) from error


def _import() -> tuple[Any, Any]:
    """Return Picamera2 and the module libcamera. Raises CameraAbsentError."""
    try:
        import libcamera  # noqa: PLC0415  (takes a second, and is on no laptop)
        from picamera2 import Picamera2  # noqa: PLC0415
    except ImportError as error:
        raise CameraAbsentError(
            f"picamera2 is not installed ({error})", "On a Pi: sudo apt install python3-picamera2"
        ) from error
    except (ValueError, RuntimeError, OSError) as error:  # ValueError: built for another numpy
        raise CameraAbsentError(f"picamera2 cannot be loaded ({error})", "Run setup.sh again") from error
    return Picamera2, libcamera


def _open_tuned(camera_class: Any, number: int, tuning: str | None) -> Any:
    """Open a camera with the tuning file ``tuning``, see :data:`VARIABLE`."""
    if os.environ.get(VARIABLE) != tuning:
        # Closing the only camera has Picamera2 list them anew when the next one is opened.
        _open(camera_class, number, None).close()
    return _open(camera_class, number, tuning)


def _open(camera_class: Any, number: int, tuning: str | None) -> Any:
    try:
        return camera_class(number) if tuning is None else camera_class(number, tuning=tuning)
    except (RuntimeError, IndexError, OSError) as error:
        reported = _story(error)
        if "busy" in reported.lower() or "acquire" in reported.lower():
            raise CameraBusyError(
                f"Pi camera {number} is in use by another program ({reported})",
                "Stop it first",
            ) from error
        raise CameraAbsentError(
            f"Pi camera {number} cannot be opened ({reported})", "Check its cable"
        ) from error


def _refused(error: Exception, settings: schema.CameraSettings) -> CameraError:
    story = _story(error)
    if getattr(error, "errno", None) == errno.ENOMEM or "cannot allocate memory" in story.lower():
        return CameraMemoryError(
            f"Not enough memory for the camera's pictures (CMA): {story}",
            "Restart the board, as this memory fragments; if that fails, set a smaller camera.picture_size",
        )
    if getattr(error, "errno", None) == errno.EBUSY or "busy" in story.lower():
        return CameraBusyError(f"The Pi camera is in use by another program ({story})", "Stop it first")
    width, height = settings.picture_size
    return CameraFormatError(
        f"The Pi camera does not accept {width}x{height} with a second stream: {story}",
        "Set a smaller camera.picture_size",
    )


def _story(error: BaseException) -> str:
    """Return the message with those of its causes: picamera2 gives the important part last."""
    reported = []
    cause: BaseException | None = error
    while cause is not None:
        reported.append(str(cause).rstrip("."))
        cause = cause.__cause__ or cause.__context__
    return ": ".join(reported)


def granted_layout(stream: dict[str, Any], colour_space: Any) -> Layout:
    """Return the layout the camera granted, from ``camera_configuration()``. Raises CameraFormatError."""
    width, height = stream["size"]
    matrix, full_range = "601", True
    if colour_space is not None:
        matrix = _MATRICES.get(colour_space.ycbcrEncoding.name, "601")
        full_range = colour_space.range.name == "Full"
    layout = Layout(stream["format"], width, height, stream["stride"], matrix, full_range)
    layout.check()
    return layout


class PiCamera:
    """Camera that reads both streams of a running Picamera2.

    ``turned``: degrees by which the camera itself turns its pictures, 0 or 180.
    """

    def __init__(self, device: Any, clock: Clock, granted: Granted, settings: schema.CameraSettings) -> None:
        configuration = device.camera_configuration()
        self._main = granted_layout(configuration["main"], configuration["colour_space"])
        self._lores = granted_layout(configuration["lores"], configuration["colour_space"])
        transform = configuration["transform"]
        self.turned = 180 if transform.hflip and transform.vflip else 0
        self.description = (
            f"Pi camera {granted.model}: {self._main.width}x{self._main.height} {self._main.format},"
            f" analysis {self._lores.width}x{self._lores.height} {self._lores.format}; {granted}"
        )
        self.granted = granted
        self._focus = Focus(device.camera_controls, granted, automatic=settings.focus == "auto")
        self._metering = FaceMetering(
            device.camera_controls, settings.brightness, on_faces=settings.metering == "faces"
        )
        self._grey: Grey | None = None
        self._device = device
        self._clock = clock
        self._sequence = 0
        self._job: Any = None
        self._metadata: dict[str, Any] = {}

    def facts(self) -> dict[str, Any]:
        """Return what was granted, see :class:`Granted`, and ``now``: light and focus of the last frame."""
        now = {name: self._metadata[name] for name in _REPORTED if name in self._metadata}
        return self.granted.facts() | ({"now": now} if now else {})

    def aim(self, faces: Sequence[Box]) -> None:
        """See :class:`appliance.hw.camera.Aimable`."""
        now = self._clock.now()
        if self._grey is not None:
            self._set(self._metering.meter(self._grey, faces, now))
        self._set(self._focus.aim(faces, now))

    def _set(self, controls: dict[str, Any]) -> None:
        if controls:
            self._device.set_controls(controls)

    def read(self, timeout: float) -> Frame:
        """Return the next frame. Raises CameraStalledError, CameraFormatError."""
        timeout = patience(timeout, self.granted.frame_rate, first=self._sequence == 0)
        # A job that timed out stays queued: waiting for it again keeps its request from being lost.
        job = self._job = self._job or self._device.capture_request(wait=False)
        try:
            request = job.get_result(timeout=timeout)
        except TimeoutError:
            raise CameraStalledError(
                f"The Pi camera sent no picture for {timeout:g} s", "Check its cable; it will be reopened"
            ) from None
        except RuntimeError as error:
            self._job = None
            raise CameraStalledError(f"The Pi camera failed: {_story(error)}", "Check its cable") from error
        self._job = None
        try:
            main = request.make_buffer("main")
            lores = request.make_buffer("lores")
            self._metadata = metadata = request.get_metadata()
        finally:
            request.release()
        now = self._clock.now()
        self._set(self._focus.observe(metadata, now))
        captured_at = believable(metadata.get("SensorTimestamp", 0) / 1e9, now)
        picture = Picture(
            width=self._main.width,
            height=self._main.height,
            convert=partial(to_bgr, main, self._main),
            held=len(main),
            pieces=partial(to_strips, main, self._main),
        )
        frame = self._frame(captured_at, lores, picture)
        self._sequence += 1
        self._grey = frame.grey
        return frame

    def _frame(self, captured_at: float, lores: Plane, picture: Picture) -> Frame:
        planes = to_planes(lores, self._lores)
        if planes is None:
            small = to_bgr(lores, self._lores)
            return make_frame(self._sequence, captured_at, small, (small.shape[1], small.shape[0]), picture)
        return Frame(
            sequence=self._sequence,
            captured_at=captured_at,
            convert=planes.bgr,
            grey=planes.luma,
            picture=picture,
        )

    def close(self) -> None:
        """Stop the camera and release it."""
        closing = threading.Thread(target=self._device.close, name="camera-close", daemon=True)
        closing.start()
        closing.join(PI_CLOSE_SECONDS)
