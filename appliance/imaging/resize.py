"""Downscaling of pictures: for the analysis, for recordings, for contact sheets."""

import cv2
import numpy as np

from appliance.records.frame import Colour


def fitted_size(size: tuple[int, int], within: tuple[int, int], step: int = 1) -> tuple[int, int]:
    """Return width and height of a picture of ``size`` fitted into ``within``: same aspect, never enlarged.

    ``step`` is what both must be a multiple of (2 where chroma is subsampled); never less than one step.
    """
    scale = min(1.0, within[0] / size[0], within[1] / size[1])
    width, height = (max(step, round(side * scale / step) * step) for side in size)
    return width, height


def shrink(bgr: Colour, within: tuple[int, int]) -> Colour:
    """Return the picture fitted into ``within`` by averaging areas; a smaller one is returned as it is."""
    height, width = bgr.shape[:2]
    size = fitted_size((width, height), within)
    if size == (width, height):
        return bgr
    return np.asarray(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
