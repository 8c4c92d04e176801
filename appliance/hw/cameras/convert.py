"""From a camera's picture to a :class:`Frame`: the one place where a frame is put together."""

import time

import cv2
import numpy as np

from appliance.frames import Colour, Frame, Grey, Picture

LATEST = 1.0
"""Seconds by which a driver's time stamp may lie before now and still be believed."""

_SLEEP = time.CLOCK_BOOTTIME, time.CLOCK_MONOTONIC  # they differ by the time the machine was suspended


def fitted_size(size: tuple[int, int], within: tuple[int, int], step: int = 1) -> tuple[int, int]:
    """Width and height of a picture of ``size`` fitted into ``within``: same aspect, never enlarged.

    ``step`` is what both must be a multiple of (2 where chroma is subsampled); never less than one step.
    """
    scale = min(1.0, within[0] / size[0], within[1] / size[1])
    width, height = (max(step, round(side * scale / step) * step) for side in size)
    return width, height


def shrink(bgr: Colour, within: tuple[int, int]) -> Colour:
    """The picture fitted into ``within`` by averaging areas; a smaller one is returned as it is."""
    height, width = bgr.shape[:2]
    size = fitted_size((width, height), within)
    if size == (width, height):
        return bgr
    return np.asarray(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def grey_of(bgr: Colour) -> Grey:
    """Luma of a BGR picture (ITU-R BT.601)."""
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def make_frame(
    sequence: int,
    captured_at: float,
    bgr: Colour,
    analysis_size: tuple[int, int],
    picture: Picture | None = None,
) -> Frame:
    """A frame of ``bgr``, which becomes the analysis image after fitting it into ``analysis_size``.

    ``bgr`` is also the full picture, unless ``picture`` brings one.
    """
    if picture is None:
        height, width = bgr.shape[:2]
        picture = Picture(width, height, lambda: bgr)
    colour = shrink(bgr, analysis_size)
    return Frame(sequence, captured_at, colour, grey_of(colour), picture)


def believable(stamp: float, now: float) -> float:
    """The driver's time stamp (seconds) on the monotonic clock, or ``now`` if it is on no clock we know.

    V4L2 stamps with the monotonic clock, libcamera with the boot-time clock, some drivers with wall time or
    with zero: only the first two lie just before now.
    """
    boottime, monotonic = map(time.clock_gettime, _SLEEP)
    for candidate in (stamp, stamp - (boottime - monotonic)):
        if now - LATEST <= candidate <= now:
            return candidate
    return now
