"""Which way of reading its sensor a Pi camera is asked for: the whole field of view, always.

libcamera and picamera2 choose a mode by a score that prefers a similar picture size and allows enlarging: a
Camera Module 2 asked for 2304x1296 then reads the middle 1920x1080 of its sensor. Here only modes count that
read the whole sensor, and a photo is never larger than the mode.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Size = tuple[int, int]

ENOUGH_FRAMES = 15.0
"""Frames a second that are enough to judge people: a mode with more pixels may be that slow."""

FRAME_RATES: Mapping[str, Mapping[Size, float]] = {
    "ov5647": {(2592, 1944): 15.63, (1296, 972): 46.34},
    "imx219": {(3280, 2464): 21.19, (1640, 1232): 41.85},
    "imx708": {(4608, 2592): 14.35, (2304, 1296): 56.03},
    "imx477": {(4056, 3040): 10.0, (2028, 1520): 40.01},
    "imx500": {(4056, 3040): 10.0, (2028, 1520): 30.02},
    "imx296": {(1456, 1088): 60.38},
}
"""Frames a second at most of the full-view modes of the official modules, as ``rpicam-hello --list-cameras``
prints them. Only for choosing: what is granted is read back."""

ANGLES: Mapping[str, float] = {
    "ov5647": 53.5,
    "imx219": 62.2,
    "imx708": 66.0,
    "imx708_wide": 102.0,
    "imx500": 66.3,
}
"""Horizontal field of view in degrees (Raspberry Pi documentation, camera hardware). Not listed: modules
whose
lens is bought apart."""


@dataclass(frozen=True, slots=True)
class SensorMode:
    """A way a sensor can be read: ``size`` in pixels delivered, ``bit_depth`` of each."""

    size: Size
    bit_depth: int

    def __str__(self) -> str:
        return f"{self.size[0]}x{self.size[1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What a Pi camera granted, read back after it was configured.

    ``view``: width and height of what a photo shows, each as a share of the sensor's. ``frame_rate``:
    frames a
    second, 0 where the camera does not tell. ``asked_rate``: the setting. ``notes``: settings that could
    not be
    had, each with what is used instead.
    """

    model: str
    mode: SensorMode | None
    view: tuple[float, float]
    picture_size: Size
    frame_rate: float
    asked_rate: int
    notes: tuple[str, ...] = ()

    @property
    def angle(self) -> float | None:
        """Horizontal field of view of a photo in degrees; None where the lens is not known."""
        name = self.model.removesuffix("_noir")
        whole = ANGLES.get(name, ANGLES.get(name.replace("_noir", "")))
        if whole is None:
            return None
        return math.degrees(2 * math.atan(self.view[0] * math.tan(math.radians(whole) / 2)))

    @property
    def cropped(self) -> bool:
        """Whether the photo lacks a part of the sensor's width."""
        return self.view[0] < WHOLE

    def __str__(self) -> str:
        width, height = (round(100 * share) for share in self.view)
        mode = f"mode {self.mode}, " if self.mode is not None else ""
        angle = f", {self.angle:.0f} degrees" if self.angle is not None else ""
        rate = f"{self.frame_rate:.3g} frames a second" if self.frame_rate else "frame rate not told"
        return "; ".join((f"{mode}sees {width}% x {height}% of the sensor{angle}, {rate}", *self.notes))


WHOLE = 0.99
"""Share of the sensor's width or height that counts as the whole: modes round to a few pixels."""


def bit_depth(pixel_format: str) -> int:
    """Return the bits a pixel of a raw format such as ``SRGGB10_CSI2P``; 0 where its name does not say."""
    digits = re.search(r"\d+", pixel_format)
    return int(digits[0]) if digits else 0


def photo_size(wanted: Size, mode: Size, whole_view: bool) -> Size:
    """Return the size of a photo, even numbers, never more than ``mode`` has.

    With ``whole_view`` it has the mode's shape and as many pixels as ``wanted``; else the shape of
    ``wanted``,
    with the whole width of the mode where that is not more.
    """
    width, height = (float(side) for side in wanted)
    if whole_view:
        scale = math.sqrt(width * height / (mode[0] * mode[1]))
        width, height = mode[0] * scale, mode[1] * scale
    shrink = min(1.0, mode[0] / width, mode[1] / height)
    return _even(width * shrink), _even(height * shrink)


def candidates(
    modes: Sequence[SensorMode], wanted: Size, frame_rate: int, model: str, *, whole_view: bool = True
) -> list[SensorMode]:
    """Return the modes to try, best first: those that read the whole sensor, as far as their size tells.

    A mode of the sensor's full resolution or exactly half of it reads all of it: true of every official
    module,
    whose other modes are cropped. Of these the smallest one that has the pixels of a photo of ``wanted``
    and the
    frames; where none has both, more than 30 frames a second were asked for on purpose and go first, else the
    pixels do as long as :data:`ENOUGH_FRAMES` are left. The other modes follow, the largest first, for
    sensors
    that nobody knows.
    """
    if not modes:
        return []
    native = max(modes, key=_area)
    best_depth = {mode.size: max(m.bit_depth for m in modes if m.size == mode.size) for mode in modes}
    distinct = [SensorMode(size, depth) for size, depth in best_depth.items()]
    full = [mode for mode in distinct if _reads_all(mode.size, native.size)]
    rates = FRAME_RATES.get(model.partition("_")[0], {})
    photo_width = photo_size(wanted, native.size, whole_view)[0]

    def badness(mode: SensorMode) -> tuple[float, ...]:
        rate = rates.get(mode.size, math.inf)
        short_of_pixels = max(0, photo_width - mode.size[0])
        short_of_frames = max(0.0, frame_rate - rate)
        needed = frame_rate if frame_rate > 30 else min(frame_rate, ENOUGH_FRAMES)
        return (max(0.0, needed - rate), short_of_pixels, short_of_frames, _area(mode))

    others = sorted((mode for mode in distinct if mode not in full), key=_area, reverse=True)
    return sorted(full, key=badness) + others


def view_of(crop: Size, sensor: Size, photo: Size) -> tuple[float, float]:
    """Return which share of the ``sensor``'s width and height a ``photo`` shows.

    ``crop``: width and height in sensor pixels of what the mode reads. The ISP cuts that to the photo's
    shape,
    in the middle.
    """
    ratio = photo[0] / photo[1]
    width, height = min(crop[0], crop[1] * ratio), min(crop[1], crop[0] / ratio)
    return min(1.0, width / sensor[0]), min(1.0, height / sensor[1])


def _reads_all(size: Size, native: Size) -> bool:
    return any(
        all(side * divisor == whole for side, whole in zip(size, native, strict=True)) for divisor in (1, 2)
    )


def _area(mode: SensorMode) -> int:
    return mode.size[0] * mode.size[1]


def _even(side: float) -> int:
    return max(2, int(side + 1e-6) // 2 * 2)
