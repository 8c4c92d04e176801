"""Configuration granted by a camera, read back from it: for the journal, ``doctor`` and the page."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from appliance.hw.cameras.sensor_modes import SensorMode, Size

Share = tuple[float, float]
"""Shares of width and height."""
Rectangle = tuple[int, int, int, int]
"""x, y, width, height in pixels of the sensor."""

WHOLE = 0.99
"""Share of the sensor's width or height that counts as the whole: modes round to a few pixels."""

ANGLES: Mapping[str, float] = {
    "ov5647": 53.5,
    "imx219": 62.2,
    "imx708": 66.0,
    "imx708_wide": 102.0,
    "imx500": 66.3,
}
"""Horizontal field of view in degrees (Raspberry Pi documentation, camera hardware). Modules whose lens is
sold separately are not listed."""


SMALLER = 0.98
"""Share of the size asked for below which an image counts as smaller: sizes are rounded to a few pixels."""


def analysis_notes(asked: Size, granted: Size) -> tuple[str, ...]:
    """Return a note if the analysis image is smaller than was asked for, width and height in pixels."""
    if not all(granted) or max(granted[0] / asked[0], granted[1] / asked[1]) >= SMALLER:
        return ()
    sizes = "{}x{} is not granted, {}x{} is used".format(*asked, *granted)
    return (f"camera.analysis_size: {sizes}; people far away are not found",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """Configuration in force of an open camera.

    ``crop``: x, y, width, height of the area read by the mode, in pixels of the whole sensor; ``sensor``: its
    width and height. Both are None where the camera does not report them, and so is ``mode``.
    ``picture_size`` and ``analysis_size`` in pixels. ``frame_rate``: frames per second, 0 if not reported;
    ``asked_rate``: the setting. ``buffers``: requests in flight, ``buffer_bytes`` of contiguous memory each.
    ``ranges``: minimum and maximum of ``exposure_ms``, ``gain`` and ``dioptres``, as far as reported.
    ``settings``: those of light, motion and focus in force. ``notes``: settings that the camera does not
    support, each with its replacement.
    """

    kind: str
    model: str
    picture_size: Size
    analysis_size: Size
    asked_rate: float
    frame_rate: float = 0.0
    mode: SensorMode | None = None
    crop: Rectangle | None = None
    sensor: Size | None = None
    buffers: int = 0
    buffer_bytes: int = 0
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def read_share(self) -> Share | None:
        """Width and height of the area read by the mode, as shares of the sensor's; None if not reported."""
        if self.crop is None or self.sensor is None:
            return None
        return min(1.0, self.crop[2] / self.sensor[0]), min(1.0, self.crop[3] / self.sensor[1])

    @property
    def visible(self) -> Rectangle | None:
        """Area of the sensor in a photo; None if not reported.

        The ISP crops the area read by the mode to the photo's shape, in the middle.
        """
        if self.crop is None:
            return None
        left, top, width, height = self.crop
        ratio = self.picture_size[0] / self.picture_size[1]
        across, down = min(width, round(height * ratio)), min(height, round(width / ratio))
        return left + (width - across) // 2, top + (height - down) // 2, across, down

    @property
    def view(self) -> Share | None:
        """Width and height of the area in a photo, as shares of the sensor's; None if not reported."""
        if self.visible is None or self.sensor is None:
            return None
        _, _, width, height = self.visible
        return min(1.0, width / self.sensor[0]), min(1.0, height / self.sensor[1])

    @property
    def angle(self) -> float | None:
        """Horizontal field of view of a photo in degrees; None where lens or view are unknown."""
        whole, view = ANGLES.get(self.model.removesuffix("_noir")), self.view
        if whole is None or view is None:
            return None
        return math.degrees(2 * math.atan(view[0] * math.tan(math.radians(whole) / 2)))

    @property
    def cropped(self) -> bool:
        """Whether the mode crops the sensor. Cropping to ``picture_size`` does not count."""
        share = self.read_share
        return share is not None and min(share) < WHOLE

    def facts(self) -> dict[str, Any]:
        """Return all of it for JSON: numbers, lists and the words of the settings."""
        view = self.view
        return {
            "kind": self.kind,
            "model": self.model,
            "picture_size": list(self.picture_size),
            "analysis_size": list(self.analysis_size),
            "mode": None if self.mode is None else list(self.mode.size),
            "bit_depth": None if self.mode is None else self.mode.bit_depth,
            "crop": None if self.crop is None else list(self.crop),
            "sensor": None if self.sensor is None else list(self.sensor),
            "cropped": self.cropped,
            "view_percent": None if view is None else [round(100 * share, 1) for share in view],
            "angle": None if self.angle is None else round(self.angle, 1),
            "frame_rate": round(self.frame_rate, 2) or None,
            "asked_frame_rate": self.asked_rate,
            "buffers": self.buffers or None,
            "buffers_mb": round(self.buffers * self.buffer_bytes / 1e6, 1) or None,
            "ranges": {name: list(limits) for name, limits in self.ranges.items()},
            "settings": dict(self.settings),
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        mode = f"mode {self.mode}" if self.mode is not None else ""
        rate = f"{self.frame_rate:.3g} frames a second" if self.frame_rate else "frame rate not told"
        granted = ", ".join(part for part in (mode, self._seen(), rate) if part)
        return "; ".join((granted, *self.notes))

    def _seen(self) -> str:
        if self.view is None:
            return "field of view not told"
        width, height = (round(100 * share) for share in self.view)
        angle = f", {self.angle:.0f} degrees" if self.angle is not None else ""
        return f"sees {width}% x {height}% of the sensor{angle}"
