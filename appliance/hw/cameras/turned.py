"""Camera mounted on its side or upside down: all later stages get upright frames."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from appliance.hw.camera import Aimable, Camera, facts_of
from appliance.records.frame import Box, Colour, Frame, Grey, Picture

_HOW = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


class Turned:
    """``camera`` with its frames turned clockwise by ``degrees`` (90, 180 or 270).

    The pixels are turned instead of setting a tag in the photo: faces must be upright to be found, and some
    programs ignore the tag. The full picture is turned only on demand.
    """

    def __init__(self, camera: Camera, degrees: int) -> None:
        self._camera = camera
        self._degrees = degrees
        self._how = _HOW[degrees]
        self._size = (0, 0)
        self._sideways = degrees != 180
        self.description = f"{camera.description}, turned by {degrees} degrees"

    def read(self, timeout: float) -> Frame:
        """See :class:`Camera`."""
        frame = self._camera.read(timeout)
        self._size = frame.grey.shape[1], frame.grey.shape[0]
        taken = frame.picture
        width, height = (taken.height, taken.width) if self._sideways else (taken.width, taken.height)
        upright = Picture(
            width=width, height=height, convert=lambda: self._turn(taken.bgr()), held=taken.bytes_held
        )
        return replace(
            frame, convert=lambda: self._turn(frame.colour), grey=self._turn(frame.grey), picture=upright
        )

    def facts(self) -> dict[str, Any]:
        """Return what the camera granted; sizes are those before turning."""
        return {**(facts_of(self._camera) or {}), "turned": self._degrees}

    def aim(self, faces: Sequence[Box]) -> None:
        """See :class:`appliance.hw.camera.Aimable`."""
        if isinstance(self._camera, Aimable):
            self._camera.aim([turned_back(box, self._degrees, self._size) for box in faces])

    def _turn(self, image: Colour | Grey) -> Colour | Grey:
        return np.asarray(cv2.rotate(image, self._how), np.uint8)

    def close(self) -> None:
        """See :class:`Camera`."""
        self._camera.close()


def turned_back(box: Box, degrees: int, size: tuple[int, int]) -> Box:
    """Return where ``box`` was before the picture of ``size`` (width, height) was turned clockwise."""
    width, height = size
    if degrees == 90:
        return Box(box.y, height - box.x - box.w, box.h, box.w)
    if degrees == 180:
        return Box(width - box.x - box.w, height - box.y - box.h, box.w, box.h)
    return Box(width - box.y - box.h, box.x, box.h, box.w)
