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
class CameraControls:
    """``values`` for ``Picamera2.set_controls``, and their effect.

    ``frame_rate``: maximum of frames per second, 0 if not reported. ``settings``: the keys of ``camera`` in
    force, in words. ``notes``: settings that the camera does not support, and their replacements.
    """

    values: dict[str, Any] = field(default_factory=dict)
    frame_rate: float = 0.0
    settings: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def camera_controls(settings: schema.CameraSettings, advertised: Advertised) -> CameraControls:
    """Return the controls of the ``settings`` within the limits of the configured mode."""
    wanted = CameraControls()
    _frame_rate(settings, advertised, wanted)
    _focus(settings, advertised, wanted)
    _light(settings, advertised, wanted)
    return wanted


def ranges(advertised: Advertised) -> dict[str, tuple[float, float]]:
    """Return minimum and maximum of shutter (ms), analogue gain and focus (dioptres), where reported."""
    units = {
        "exposure_ms": ("ExposureTime", 1000),
        "gain": ("AnalogueGain", 1),
        "dioptres": ("LensPosition", 1),
    }
    return {
        name: (round(advertised[control][0] / unit, 3), round(advertised[control][1] / unit, 3))
        for name, (control, unit) in units.items()
        if control in advertised
    }


def _frame_rate(settings: schema.CameraSettings, advertised: Advertised, wanted: CameraControls) -> None:
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
            f"camera.frame_rate: {settings.frame_rate} is not supported here, {wanted.frame_rate:.3g} is used"
        )


def _focus(settings: schema.CameraSettings, advertised: Advertised, wanted: CameraControls) -> None:
    if "AfMode" not in advertised:
        wanted.settings["focus"] = "fixed lens"
        if settings.focus != "auto":
            wanted.notes.append("camera.focus: this camera has a fixed focus")
    elif settings.focus == "auto" or "LensPosition" not in advertised:
        wanted.values["AfMode"] = _AF_CONTINUOUS
        wanted.settings["focus"] = "auto, on faces" if "AfWindows" in advertised else "auto"
        if settings.focus != "auto":
            wanted.notes.append("camera.focus: this lens cannot be set to a distance, auto is used")
    else:
        farthest, nearest, _ = advertised["LensPosition"]
        dioptres = 1 / settings.focus  # LensPosition is in dioptres, the reciprocal of metres
        position = min(max(dioptres, farthest), nearest)
        used = f"{1 / position:.2g} m" if position else "infinity"
        wanted.values |= {"AfMode": _AF_MANUAL, "LensPosition": position}
        wanted.settings["focus"] = used
        if abs(position - dioptres) > 1e-3:
            wanted.notes.append(f"camera.focus: {settings.focus:g} m is out of reach, {used} is used")


def _light(settings: schema.CameraSettings, advertised: Advertised, wanted: CameraControls) -> None:
    exposure, white = settings.exposure, settings.white_balance
    if _choose("AeExposureMode", _EXPOSURE[exposure], advertised, wanted):
        wanted.settings["exposure"] = exposure
    else:
        wanted.settings["exposure"] = "the camera's own"
        wanted.notes.append(f"camera.exposure: this camera does not have {exposure}")
    _mains(settings, advertised, wanted)
    _brightness(settings, advertised, wanted)
    wanted.settings["white_balance"] = white
    if not _choose("AwbMode", _WHITE_BALANCE[white], advertised, wanted):
        wanted.settings["white_balance"] = "the camera's own"
        if white != "auto":
            wanted.notes.append(f"camera.white_balance: this camera does not have {white}")


def _mains(settings: schema.CameraSettings, advertised: Advertised, wanted: CameraControls) -> None:
    wanted.settings["mains"] = "none"
    if settings.mains == "none":
        return
    if not {"AeFlickerMode", "AeFlickerPeriod"} <= advertised.keys():
        wanted.notes.append("camera.mains: this camera cannot avoid flicker")
        return
    # Lamps brighten twice a period: 100 or 120 times a second.
    period = round(1_000_000 / (2 * settings.mains))
    wanted.values |= {"AeFlickerMode": _FLICKER_MANUAL, "AeFlickerPeriod": period}
    wanted.settings["mains"] = f"{settings.mains} Hz"


def _brightness(settings: schema.CameraSettings, advertised: Advertised, wanted: CameraControls) -> None:
    used = 0.0
    possible = "ExposureValue" in advertised
    wanted.settings["metering"] = settings.metering if possible else "picture"
    if possible:
        low, high, _ = advertised["ExposureValue"]
        used = min(max(settings.brightness, low), high)
    if used:
        wanted.values["ExposureValue"] = used
    wanted.settings["brightness"] = f"{used:+g} EV"
    if used != settings.brightness:
        wanted.notes.append(
            f"camera.brightness: {settings.brightness:g} is not supported here, {used:g} is used"
        )


def _choose(name: str, value: int, advertised: Advertised, wanted: CameraControls) -> bool:
    """Set a control if the camera has it with that value; return whether it was set."""
    if name not in advertised:
        return False
    low, high, _ = advertised[name]
    if not low <= value <= high:
        return False
    wanted.values[name] = value
    return True
