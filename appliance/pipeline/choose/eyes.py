"""Detection of open eyes, by OpenCV's cascade for eyes with and without glasses.

It is a preference among the frames of one moment, never a condition: a cascade that misses an eye must not
cost anybody the photo. ``docs/moment.md`` gives its accuracy.
"""

from collections.abc import Callable

import cv2
import numpy as np

from appliance.imaging.haar import cascade_path, load_cascade
from appliance.pipeline.choose.quality import cut
from appliance.records.decision import Decision
from appliance.records.frame import Box, Grey

FACE_PIXELS = 112
"""Width in pixels to which faces are scaled; the cascade was trained on eyes of 20 pixels. 160 is not more
accurate and takes more than twice the time."""
SMALLEST_FACE = 48
"""Smallest face in pixels of the analysis image; eyes of smaller ones are not visible."""
EYES = (0.10, 0.62)
"""Range of the eyes in a tight box, as shares of its height."""


class EyeJudge:
    """Finds open eyes. Raises CascadeError when the cascade is missing."""

    def __init__(self) -> None:
        self._cascade = load_cascade(cascade_path("haarcascade_eye_tree_eyeglasses.xml"))

    def open(self, grey: Grey, box: Box) -> bool | None:
        """Return whether an eye is open in the face in ``box`` of ``grey``; None if it is too small.

        One eye is enough: the cascade misses every fourth, and people close both.
        """
        if box.size < SMALLEST_FACE:
            return None
        face = cut(grey, Box(box.x, box.y + EYES[0] * box.h, box.w, (EYES[1] - EYES[0]) * box.h))
        if not face.size:
            return None
        scale = FACE_PIXELS / face.shape[1]
        sized = np.asarray(
            cv2.resize(face, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR), np.uint8
        )
        return len(self._cascade.detectMultiScale(sized, 1.1, 2, minSize=(20, 20), maxSize=(50, 50))) > 0

    def everybody(self, decision: Decision) -> bool:
        """Return False if anybody who counts is known to have closed eyes in this frame."""
        return all(
            self.open(decision.frame.grey, showing.person.face.box) is not False
            for showing in decision.people
            if showing.person.counts and showing.person.seen
        )


EyesOpen = Callable[[Decision], bool]
