"""Kinds of camera behind :class:`appliance.hw.camera.Camera`, opened by name."""

from collections.abc import Callable
from pathlib import Path

from appliance.clock import Clock
from appliance.config import schema
from appliance.errors import CameraAbsentError, CameraError
from appliance.hw.camera import Camera
from appliance.hw.cameras.turned import Turned

Log = Callable[[str], None]

# Each kind is imported when it is opened: picamera2 takes a second to import, and is on no laptop.
# ruff: noqa: PLC0415


def _picamera2(settings: schema.CameraSettings, clock: Clock) -> Camera:
    from appliance.hw.cameras.picamera2 import open_pi_camera

    camera = open_pi_camera(settings, clock)
    return _upright(camera, (settings.orientation - camera.turned) % 360)


def _webcam(settings: schema.CameraSettings, clock: Clock) -> Camera:
    from appliance.hw.cameras.webcam import open_webcam

    return _upright(open_webcam(settings, clock), settings.orientation)


def _replay(settings: schema.CameraSettings, clock: Clock) -> Camera:
    from appliance.hw.cameras.recording import Recording

    recording = Recording(
        Path(settings.recording),
        clock,
        analysis_size=settings.analysis_size,
        frame_rate=settings.frame_rate,
    )
    return _upright(recording, settings.orientation)


def _scene(settings: schema.CameraSettings, clock: Clock) -> Camera:
    from appliance.hw.cameras.scene import Scene

    scene = Scene(clock, analysis_size=settings.analysis_size, loop=True)
    return _upright(scene, settings.orientation)


def _upright(camera: Camera, degrees: int) -> Camera:
    return Turned(camera, degrees) if degrees else camera


_KINDS: dict[str, Callable[[schema.CameraSettings, Clock], Camera]] = {
    "picamera2": _picamera2,
    "webcam": _webcam,
    "replay": _replay,
    "scene": _scene,
}

_AUTO = ("picamera2", "webcam")


def open_camera(settings: schema.CameraSettings, clock: Clock, log: Log) -> Camera:
    """Return the open camera of ``camera.source``. Raises a CameraError.

    ``auto`` tries the Pi camera, then a webcam; ``log`` gets which was taken, and why not the one before.
    """
    if settings.source != "auto":
        camera = _KINDS[settings.source](settings, clock)
        log(f"camera: {camera.description}")
        return camera
    refused = []
    for name in _AUTO:
        try:
            camera = _KINDS[name](settings, clock)
        except CameraError as error:
            refused.append(f"{name}: {error.what}")
            continue
        log(f"camera: {camera.description}" + "".join(f" (not {reason})" for reason in refused))
        return camera
    raise CameraAbsentError(
        f"No camera found ({'; '.join(refused)})",
        "Connect one, or set camera.source to scene to try without",
    )
