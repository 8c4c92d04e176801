"""Tracking of faces since they were found, by template matching: a hundredth of a search's cost."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from appliance.records.faces import Face
from appliance.records.frame import Box, Grey

PATCH = 24
"""Pixels to which a face is scaled before it is matched."""
REACH = 0.3
"""Limit of a face's motion since the last frame, as a share of its size: 2 m/s at 30 frames per second."""
SAME = 0.6
"""Normalised correlation from which it is the same face (Lewis 1995, fast normalised cross-correlation)."""


@dataclass(frozen=True, slots=True)
class _Patch:
    face: Face
    scale: float
    image: Grey


class Drift:
    """Follows the faces of the last search from frame to frame. Only position changes, never size.

    The patches stay those of the search: following cannot wander off little by little.
    """

    def __init__(self) -> None:
        self._patches: list[_Patch] = []

    @property
    def faces(self) -> list[Face]:
        """Return the faces followed, where they were last seen."""
        return [patch.face for patch in self._patches]

    def start(self, grey: Grey, faces: list[Face]) -> None:
        """Start tracking the ``faces`` of ``grey``."""
        self._patches = []
        for face in faces:
            scale = PATCH / face.box.size
            image = _cut(grey, face.box, scale)
            if image is not None:
                self._patches.append(_Patch(face, scale, image))

    def follow(self, grey: Grey) -> list[Face]:
        """Find the same faces in the next frame; forget those that have disappeared."""
        kept = []
        for patch in self._patches:
            moved = _match(grey, patch)
            if moved is not None:
                kept.append(replace(patch, face=moved))
        self._patches = kept
        return self.faces


def _match(grey: Grey, patch: _Patch) -> Face | None:
    box = patch.face.box
    reach = REACH * box.size
    x0, y0 = max(0.0, box.x - reach), max(0.0, box.y - reach)
    x1, y1 = box.x + box.w + reach, box.y + box.h + reach
    window = _cut(grey, Box(x0, y0, x1 - x0, y1 - y0), patch.scale)
    if window is None or any(a < b for a, b in zip(window.shape, patch.image.shape, strict=True)):
        return None
    scores = cv2.matchTemplate(window, patch.image, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(scores)
    # A face as even as a wall correlates with everything or, divided by zero, with nothing.
    if not np.isfinite(best) or best < SAME:
        return None
    left, top = max(0.0, box.x), max(0.0, box.y)  # where the patch was cut, at the picture's edge
    moved = Box(box.x + x0 + x / patch.scale - left, box.y + y0 + y / patch.scale - top, box.w, box.h)
    return Face(moved, patch.face.confidence)


def _cut(grey: Grey, box: Box, scale: float) -> Grey | None:
    """Cut ``box`` out of ``grey``, scaled; return None if it is almost outside the picture."""
    left, top = max(0, round(box.x)), max(0, round(box.y))
    part = grey[top : max(0, round(box.y + box.h)), left : max(0, round(box.x + box.w))]
    height, width = round(part.shape[0] * scale), round(part.shape[1] * scale)
    if min(height, width) < PATCH // 3:
        return None
    return np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
