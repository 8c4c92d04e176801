"""Choice of a Pi camera's sensor mode: always the whole field of view.

libcamera and picamera2 choose a mode by a score that prefers a similar picture size and allows enlarging: a
Camera Module 2 asked for 2304x1296 then reads the middle 1920x1080 of its sensor. Here only modes count that
read the whole sensor, and a photo is never larger than the mode.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Size = tuple[int, int]

_UNEVEN = 0.015
"""Share of a side by which half of it may be off: 3496 lines of an IMX519 make 1746."""

ENOUGH_FRAMES = 15.0
"""Frames per second that suffice to judge people: a mode with more pixels may be that slow."""

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


@dataclass(frozen=True, slots=True)
class SensorMode:
    """Mode of a sensor: ``size`` in pixels delivered, ``bit_depth`` of each."""

    size: Size
    bit_depth: int

    def __str__(self) -> str:
        return f"{self.size[0]}x{self.size[1]}"


def bit_depth(pixel_format: str) -> int:
    """Return the bits a pixel of a raw format such as ``SRGGB10_CSI2P``; 0 where its name does not say."""
    digits = re.search(r"\d+", pixel_format)
    return int(digits[0]) if digits else 0


def photo_size(wanted: Size, mode: Size, whole_view: bool) -> Size:
    """Return width and height of a photo in pixels, even numbers, never more than ``mode`` has.

    With ``whole_view`` it has the mode's shape and as many pixels as ``wanted``; else the shape of
    ``wanted``, with the whole width of the mode where that is not more.
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

    A mode of the sensor's full resolution, or half or a quarter of it, reads all of it: true of every
    official module, whose other modes are cropped, and nearly true of others, which leave out a line or two.
    Of these the smallest one comes first that has the pixels of a photo of ``wanted`` and the frames. Where
    none has both, a rate above 30 frames per second was chosen on purpose and decides, else the pixels do as
    long as :data:`ENOUGH_FRAMES` are left. The other modes follow, the largest first, for unknown sensors.
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


def _reads_all(size: Size, native: Size) -> bool:
    return any(
        all(abs(side * divisor - whole) <= _UNEVEN * whole for side, whole in zip(size, native, strict=True))
        for divisor in (1, 2, 4)
    )


def _area(mode: SensorMode) -> int:
    return mode.size[0] * mode.size[1]


def _even(side: float) -> int:
    return max(2, int(side + 1e-6) // 2 * 2)
