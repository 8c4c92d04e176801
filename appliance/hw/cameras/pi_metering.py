"""Brightness measured on the faces: people before a window get the light that they lack.

libcamera's exposure on a Raspberry Pi weighs the whole picture, its middle most, and takes no regions. It
only offers a correction of the brightness (``ExposureValue``). The brightness of faces relative to the rest
of the picture hardly changes with the exposure, so this control cannot oscillate.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from appliance.hw.cameras.pi_controls import Advertised
from appliance.records.frame import Box, Grey

ENOUGH_SHARE = 0.5
"""Share of the picture's mean light from which faces need no correction. Dark skin in a bright room has about
this much, a face before a window a tenth."""
MOST_STEPS = 1.5
"""Exposure steps (EV) added at most: more would burn out all that is not a face."""
STEP, STEP_SECONDS = 0.25, 1.0
"""Speed of the change, slow enough to be invisible."""
DEAD_BAND = 0.2
"""Tolerance in exposure steps."""
STAY_SECONDS = 5.0
"""Seconds for which the correction stays after the last person has left the view."""
_GAMMA = 2.2
_GRID = 8
"""Distance of the pixels that are sampled, in both directions."""


class FaceMetering:
    """Controls of brightness while the camera runs. Pure: moments are seconds, results are controls.

    ``brightness`` is the setting, exposure steps; the correction for the faces is added to it.
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
