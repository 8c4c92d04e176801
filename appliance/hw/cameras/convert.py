"""Conversion of a camera's picture to a :class:`Frame`."""

import time

import cv2
import numpy as np

from appliance.imaging.resize import shrink
from appliance.records.frame import Colour, Frame, Grey, Picture

LATEST = 1.0
"""Greatest plausible age of a driver's time stamp, seconds."""

_SLEEP = time.CLOCK_BOOTTIME, time.CLOCK_MONOTONIC  # they differ by the time the machine was suspended


def grey_of(bgr: Colour) -> Grey:
    """Return the luma of a BGR picture (ITU-R BT.601)."""
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def make_frame(
    sequence: int,
    captured_at: float,
    bgr: Colour,
    analysis_size: tuple[int, int],
    picture: Picture | None = None,
) -> Frame:
    """Return a frame of ``bgr``, which is fitted into ``analysis_size`` for the analysis image.

    ``bgr`` is also the full picture, unless ``picture`` is given.
    """
    if picture is None:
        height, width = bgr.shape[:2]
        picture = Picture(width=width, height=height, convert=lambda: bgr)
    colour = shrink(bgr, analysis_size)
    return Frame(
        sequence=sequence,
        captured_at=captured_at,
        convert=lambda: colour,
        grey=grey_of(colour),
        picture=picture,
    )


def believable(stamp: float, now: float) -> float:
    """Return the driver's time stamp (seconds) on the monotonic clock, or ``now`` if its clock is unknown.

    V4L2 stamps with the monotonic clock, libcamera with the boot-time clock, some drivers with wall time or
    with zero: only the first two lie just before now.
    """
    boottime, monotonic = map(time.clock_gettime, _SLEEP)
    for candidate in (stamp, stamp - (boottime - monotonic)):
        if now - LATEST <= candidate <= now:
            return candidate
    return now
