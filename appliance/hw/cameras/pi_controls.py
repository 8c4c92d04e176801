"""The camera settings of light, motion and focus as libcamera's controls, each only where it is advertised.

The limits of a control are those of the sensor mode, so they are read after the camera has been configured.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from appliance.config import schema
from appliance.hw.cameras.sensor_modes import ENOUGH_FRAMES

Advertised = Mapping[str, tuple[Any, Any, Any]]
"""Name of a control: its minimum, maximum and default, as ``Picamera2.camera_controls``."""

# Numbers of libcamera's control_ids_core.yaml.
_AF_MANUAL, _AF_CONTINUOUS = 0, 2
_EXPOSURE = {"normal": 0, "short": 1}
_FLICKER_MANUAL = 1
_WHITE_BALANCE = {"auto": 0, "tungsten": 2, "fluorescent": 3, "indoor": 4, "daylight": 5, "cloudy": 6}


@dataclass(slots=True)
class Controls:
    """``values`` for ``Picamera2.set_controls``, the frame rate they grant, and what could not be had.

    ``frame_rate``: frames a second at most, 0 where the camera does not tell.
    """

    values: dict[str, Any] = field(default_factory=dict)
    frame_rate: float = 0.0
    notes: list[str] = field(default_factory=list)


def controls(settings: schema.CameraSettings, advertised: Advertised) -> Controls:
    """Return the controls of the ``settings`` within the limits of the configured mode."""
    wanted = Controls()
    _frame_rate(settings, advertised, wanted)
    _focus(settings, advertised, wanted)
    _light(settings, advertised, wanted)
    return wanted


def _frame_rate(settings: schema.CameraSettings, advertised: Advertised, wanted: Controls) -> None:
    if "FrameDurationLimits" not in advertised:
        return
    asked = 1_000_000 / settings.frame_rate  # microseconds
    shortest, longest, _ = advertised["FrameDurationLimits"]
    fastest = round(min(max(asked, shortest), longest))
    # In a dark room a frame may take longer, so that the picture stays bright.
    slowest = round(min(max(fastest, 1_000_000 / ENOUGH_FRAMES), longest))
    wanted.values["FrameDurationLimits"] = (fastest, slowest)
    wanted.frame_rate = 1_000_000 / fastest
    if abs(fastest - asked) > 0.02 * asked:
        wanted.notes.append(
            f"camera.frame_rate: {settings.frame_rate} cannot be had here, {wanted.frame_rate:.3g} is used"
        )


def _focus(settings: schema.CameraSettings, advertised: Advertised, wanted: Controls) -> None:
    if "AfMode" not in advertised:
        if settings.focus != "auto":
            wanted.notes.append("camera.focus: this camera has a fixed focus")
    elif settings.focus == "auto" or "LensPosition" not in advertised:
        wanted.values["AfMode"] = _AF_CONTINUOUS
    else:
        nearest_first, farthest_last = advertised["LensPosition"][1], advertised["LensPosition"][0]
        dioptres = 1 / settings.focus  # LensPosition is in dioptres, the reciprocal of metres
        position = min(max(dioptres, farthest_last), nearest_first)
        wanted.values |= {"AfMode": _AF_MANUAL, "LensPosition": position}
        if abs(position - dioptres) > 1e-3:
            wanted.notes.append(
                f"camera.focus: {settings.focus:g} m is out of reach, {1 / position:.2g} m is used"
            )


def _light(settings: schema.CameraSettings, advertised: Advertised, wanted: Controls) -> None:
    _choose(
        "AeExposureMode",
        _EXPOSURE[settings.exposure],
        "exposure",
        settings.exposure != "short",
        advertised,
        wanted,
    )
    if settings.mains != "none":
        if "AeFlickerPeriod" in advertised and "AeFlickerMode" in advertised:
            # Lamps brighten twice a period: 100 or 120 times a second.
            period = round(1_000_000 / (2 * settings.mains))
            wanted.values |= {"AeFlickerMode": _FLICKER_MANUAL, "AeFlickerPeriod": period}
        else:
            wanted.notes.append("camera.mains: this camera cannot avoid flicker")
    if settings.brightness:
        if "ExposureValue" in advertised:
            low, high, _ = advertised["ExposureValue"]
            wanted.values["ExposureValue"] = min(max(settings.brightness, low), high)
        else:
            wanted.notes.append("camera.brightness: this camera cannot be made brighter")
    _choose(
        "AwbMode",
        _WHITE_BALANCE[settings.white_balance],
        "white_balance",
        settings.white_balance != "auto",
        advertised,
        wanted,
    )


def _choose(name: str, value: int, key: str, asked: bool, advertised: Advertised, wanted: Controls) -> None:
    if name in advertised:
        low, high, _ = advertised[name]
        if low <= value <= high:
            wanted.values[name] = value
            return
    if asked:
        wanted.notes.append(f"camera.{key}: this camera does not have it")
