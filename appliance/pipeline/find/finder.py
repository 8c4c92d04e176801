"""Stage that finds faces: regularly and after changes in the whole picture, else near the known ones."""

import math
from collections import deque
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.line.stage import Stage
from appliance.pipeline.find.detector import Detector, merge
from appliance.records.faces import Face, FoundFaces
from appliance.records.frame import Box, Frame, Grey

THUMB = (40, 30)
"""Width and height of the picture used to detect movement, pixels."""
MOVED_GREY = 14
"""Grey levels by which a pixel of the thumb must change to have moved; sensor noise averages out below it."""
SAMPLED = 320
"""About so many pixels of a row are averaged for the thumb: enough against noise, a tenth of the work."""
MOVED_PIXELS = 6
"""Pixels of the thumb outside known faces that must have moved: about one head at 4 m."""
RESTLESS_SECONDS, RESTLESS_SHARE = 0.2, 0.4
"""Least time between two searches; as a share of the usual where a search in one go is usual more often. So
neither an empty room nor a moving curtain costs much."""


class FaceFinder(Stage[Frame, FoundFaces]):
    """Stage that finds faces.

    ``full_search_seconds`` is the longest time between two searches of the whole picture, None for the
    detector's own. A detector whose search has parts does one part at a time, at even intervals, and also
    searches near known faces. ``still``: every frame is searched in full, in one go.
    """

    name = "find faces"
    capacity = 1  # the slowest stage: where it does not keep up, a second frame waiting would only be older

    def __init__(
        self, detector: Detector, full_search_seconds: float | None = None, still: bool = False
    ) -> None:
        self._detector = detector
        whole = detector.full_search_seconds if full_search_seconds is None else full_search_seconds
        self._pause = whole / detector.parts
        often = detector.parts == 1 and self._pause <= RESTLESS_SECONDS
        self._least_pause = RESTLESS_SHARE * self._pause if often else RESTLESS_SECONDS
        self._still = still
        self._next_part = 0
        self._known: list[Box] = []
        self._lost_one = False
        self._searched_at = -math.inf
        self._searches: deque[float] = deque([-math.inf] * detector.parts, maxlen=detector.parts)
        self._searched_size: tuple[int, ...] = ()
        self._thumb: NDArray[np.int16] | None = None

    def process(self, frame: Frame) -> tuple[FoundFaces]:
        """See :class:`Stage` and :meth:`find`."""
        return (self.find(frame),)

    def find(self, frame: Frame) -> FoundFaces:
        """Find the faces of ``frame``."""
        if self._still:
            return FoundFaces(frame=frame, faces=tuple(self._detector.search(frame)))
        thumb = _thumb(frame.grey)
        if frame.grey.shape != self._searched_size:
            self._known = []
        full = self._search_is_due(frame, thumb)
        faces: list[Face] = []
        if self._known and (not full or self._detector.parts > 1):
            faces = self._detector.search_near(frame, self._known)
            self._lost_one = len(faces) < len(self._known)
        if full:
            faces = merge([*faces, *self._detector.search_part(frame, self._next_part)])
            self._next_part = (self._next_part + 1) % self._detector.parts
            self._searched_at, self._searched_size, self._thumb = frame.captured_at, frame.grey.shape, thumb
            self._searches.append(frame.captured_at)
        self._remember(faces, full)
        return FoundFaces(frame=replace(frame, seen_until=self._searches[0]), faces=tuple(faces))

    def _search_is_due(self, frame: Frame, thumb: NDArray[np.int16]) -> bool:
        since = frame.captured_at - self._searched_at
        if frame.grey.shape != self._searched_size or not 0 <= since < self._pause:  # or time went back
            return True
        if since < self._least_pause:
            return False
        return self._lost_one or self._something_moved(frame.grey, thumb)

    def _something_moved(self, grey: Grey, thumb: NDArray[np.int16]) -> bool:
        """Return whether the picture changed, outside known faces, since the last full search."""
        assert self._thumb is not None
        changed = np.abs(thumb - self._thumb) > MOVED_GREY
        sx, sy = THUMB[0] / grey.shape[1], THUMB[1] / grey.shape[0]
        for box in self._known:
            small = box.scaled(sx, sy)
            left, top = max(0, int(small.x - small.w / 2)), max(0, int(small.y - small.h / 2))
            changed[top : int(small.y + 1.5 * small.h) + 1, left : int(small.x + 1.5 * small.w) + 1] = False
        return int(changed.sum()) >= MOVED_PIXELS

    def _remember(self, faces: list[Face], full: bool) -> None:
        """Keep a missed face known until a search that could have seen it."""
        boxes = [face.box for face in faces]
        if not full or self._next_part:
            boxes += [box for box in self._known if all(box.iou(new) < 0.1 for new in boxes)]
        self._known = boxes


def _thumb(grey: Grey) -> NDArray[np.int16]:
    """Return the picture in which movement is looked for."""
    step = max(1, grey.shape[1] // SAMPLED)
    sampled = np.ascontiguousarray(grey[::step, ::step])
    return cv2.resize(sampled, THUMB, interpolation=cv2.INTER_AREA).astype(np.int16)
