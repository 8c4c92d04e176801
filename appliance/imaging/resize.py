"""Downscaling of pictures: for the analysis, for recordings, for contact sheets."""

import cv2
import numpy as np

from appliance.records.frame import Colour, Grey


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


def shrink_to(picture: Colour | Grey, size: tuple[int, int]) -> Colour | Grey:
    """The picture at ``size`` (width, height), for a network: without the patterns of skipped pixels.

    Halving by averages and the rest bilinear costs a third of averaging all the way. A smaller picture is
    enlarged.
    """
    while min(picture.shape[1] / size[0], picture.shape[0] / size[1]) >= 2:
        half = (picture.shape[1] // 2, picture.shape[0] // 2)
        picture = np.asarray(cv2.resize(picture, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    if picture.shape[1::-1] == size:
        return picture
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
