"""A camera that is mounted on its side or head over: everything after it sees upright frames."""

from dataclasses import replace

import cv2
import numpy as np

from appliance.hw.camera import Camera
from appliance.records.frame import Colour, Frame, Grey, Picture

_HOW = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


class Turned:
    """``camera`` with its frames turned clockwise by ``degrees`` (90, 180 or 270).

    The pixels are turned, not a tag in the photo set: faces must be upright to be found, and some programs
    overlook the tag. The full picture is turned only when somebody wants it.
    """

    def __init__(self, camera: Camera, degrees: int) -> None:
        self._camera = camera
        self._how = _HOW[degrees]
        self._sideways = degrees != 180
        self.description = f"{camera.description}, turned by {degrees} degrees"

    def read(self, timeout: float) -> Frame:
        """See :class:`Camera`."""
        frame = self._camera.read(timeout)
        taken = frame.picture
        width, height = (taken.height, taken.width) if self._sideways else (taken.width, taken.height)
        upright = Picture(
            width=width, height=height, convert=lambda: self._turn(taken.bgr()), held=taken.bytes_held
        )
        return replace(frame, colour=self._turn(frame.colour), grey=self._turn(frame.grey), picture=upright)

    def _turn(self, image: Colour | Grey) -> Colour | Grey:
        return np.asarray(cv2.rotate(image, self._how), np.uint8)

    def close(self) -> None:
        """See :class:`Camera`."""
        self._camera.close()
