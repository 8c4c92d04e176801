"""Brightness measured on the faces: people before a window get the light that they lack.

libcamera's exposure on a Raspberry Pi weighs the whole picture, its middle most, and takes no regions. What
can be set is how much brighter the picture shall be (``ExposureValue``). How bright faces are beside the rest
of the picture hardly changes with the exposure, so there is nothing here that could swing.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from appliance.hw.cameras.pi_controls import Advertised
from appliance.records.frame import Box, Grey

ENOUGH_SHARE = 0.5
"""Of the picture's mean light: faces that have as much are left alone. Dark skin in a bright room has about
so much, a face before a window a tenth."""
MOST_STEPS = 1.5
"""Exposure steps (EV) added at most: more would burn out all that is not a face."""
STEP, STEP_SECONDS = 0.25, 1.0
"""How fast it changes: nobody shall see it."""
DEAD_BAND = 0.2
"""Exposure steps by which it may be off."""
STAY_SECONDS = 5.0
"""For so long it stays when nobody is in view any more."""
_GAMMA = 2.2
_GRID = 8
"""Every so many pixels of the picture are looked at, each way."""


class FaceMetering:
    """What to set while the camera runs. Pure: moments are seconds, what is returned are controls.

    ``brightness`` is the setting, exposure steps; what the faces lack comes on top.
    """

    def __init__(self, advertised: Advertised, brightness: float, *, on_faces: bool) -> None:
        limits = advertised.get("ExposureValue")
        self._limits = None if limits is None or not on_faces else (float(limits[0]), float(limits[1]))
        self._brightness = brightness
        self._added = 0.0
        self._next = -math.inf
        self._seen_at = -math.inf

    def meter(self, grey: Grey, faces: Sequence[Box], now: float) -> dict[str, Any]:
        """Return the control that suits ``faces`` in ``grey``, the analysis image; none where all is set."""
        if self._limits is None or now < self._next:
            return {}
        self._next = now + STEP_SECONDS
        lacks = lacking_light(grey, faces)
        if lacks is not None:
            self._seen_at = now
        elif now - self._seen_at < STAY_SECONDS:
            return {}
        off = (lacks or 0.0) - self._added
        if abs(off) <= DEAD_BAND and not (lacks is None and self._added):
            return {}
        self._added += min(max(off, -STEP), STEP)
        low, high = self._limits
        return {"ExposureValue": min(max(self._brightness + self._added, low), high)}


def lacking_light(grey: Grey, faces: Sequence[Box]) -> float | None:
    """Return how many exposure steps the faces are darker than they may be, 0 or more; None without a face.

    ``grey``: uint8 [height, width], gamma-coded; ``faces`` in its pixels. The middle half of each face
    counts, and of several the median.
    """
    lights = [light for face in faces if (light := _light(_middle(grey, face))) is not None]
    whole = _light(grey[::_GRID, ::_GRID])
    if not lights or not whole:
        return None
    share = float(np.median(lights)) / whole
    return min(MOST_STEPS, max(0.0, math.log2(ENOUGH_SHARE / max(share, 1e-3))))


def _middle(grey: Grey, face: Box) -> Grey:
    left, top = max(0, round(face.x + face.w / 4)), max(0, round(face.y + face.h / 4))
    right, bottom = max(0, round(face.x + face.w * 3 / 4)), max(0, round(face.y + face.h * 3 / 4))
    return grey[top:bottom, left:right]


def _light(grey: Grey) -> float | None:
    return float(np.mean((grey / 255.0) ** _GAMMA)) if grey.size else None
