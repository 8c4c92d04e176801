"""Stage that finds faces: regularly and after changes in the whole picture, else near the known ones."""

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.line.stage import Stage
from appliance.pipeline.find.detector import Detector, merge
from appliance.pipeline.pace import Notice, Pace, unlimited
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
LOST_SECONDS = 0.08
"""Least time between a search and one for a face that is no longer where it was."""
LATE, NOTICED_SEARCHES = 1.25, 20
"""Factor by which searches may come later than usual, and how many must, before that is worth a warning."""
SAME_PLACE = 0.1
"""Intersection over union from which two boxes of one frame are the same face."""
RESTLESS_SECONDS, RESTLESS_SHARE = 0.2, 0.4
"""Least time between two searches; as a share of the usual where a search in one go is usual more often. So
neither an empty room nor a moving curtain costs much."""


class FaceFinder(Stage[Frame, FoundFaces]):
    """Stage that finds faces.

    ``full_search_seconds`` is the longest time between two searches of the whole picture, None for the
    detector's own; longer where the ``pace`` does not allow it. A detector whose search has parts does one
    part at a time, at even intervals, and also searches near known faces. ``still``: every frame is searched
    in full, in one go.
    """

    name = "find faces"
    capacity = 1  # the slowest stage: where it does not keep up, a second frame waiting would only be older

    def __init__(
        self,
        detector: Detector,
        full_search_seconds: float | None = None,
        still: bool = False,
        pace: Pace | None = None,
    ) -> None:
        self._detector = detector
        whole = detector.full_search_seconds if full_search_seconds is None else full_search_seconds
        self._usual_pause = whole / detector.parts
        often = detector.parts == 1 and self._usual_pause <= RESTLESS_SECONDS
        self._least_pause = RESTLESS_SHARE * self._usual_pause if often else RESTLESS_SECONDS
        self._still = still
        self._pace = pace or unlimited()
        self._notice = Notice(NOTICED_SEARCHES)
        self._known: list[Box] = []
        self._lost: list[Box] = []
        self._searched_at = self._regular_at = -math.inf
        self._parts_at = [-math.inf] * detector.parts
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
            self._known = self._lost = []
        part = self._due(frame, thumb)
        faces: list[Face] = []
        if self._known and (part is None or self._detector.parts > 1):
            faces = self._detector.search_near(frame, self._known)
            self._lost = [box for box in self._known if _is_new(box, faces)]
            part = self._part_for_lost(frame) if part is None else part
        if part is not None:
            faces = self._searched(frame, part, faces, thumb)
        self._known = [face.box for face in faces] + [box for box in self._lost if _is_new(box, faces)]
        return FoundFaces(frame=replace(frame, seen_until=min(self._parts_at)), faces=tuple(faces))

    def _due(self, frame: Frame, thumb: NDArray[np.int16]) -> int | None:
        """Return the part to search in this frame; None: none is due."""
        now, pause = frame.captured_at, self._pause()
        longest_ago = self._parts_at.index(min(self._parts_at))
        if (
            frame.grey.shape != self._searched_size or not 0 <= now - self._regular_at < pause
        ):  # time went back
            self._regular_at = now
            return longest_ago
        if now - self._searched_at < min(pause, self._least_pause):
            return None
        if self._something_moved(frame.grey, thumb):
            return longest_ago if self._detector.near_part is None else self._detector.near_part
        return longest_ago if self._lost else None

    def _pause(self) -> float:
        """Return the seconds from one part of a search to the next, as the board can afford them."""
        cost = self._pace.search.seconds
        return max(self._usual_pause, cost / self._pace.share)

    def _part_for_lost(self, frame: Frame) -> int | None:
        """Return the part to search at once, because a known face is no longer where it was."""
        if not self._lost or frame.captured_at - self._searched_at < LOST_SECONDS:
            return None
        return self._detector.part_seeing(frame, self._lost[0])

    def _searched(self, frame: Frame, part: int, near: list[Face], thumb: NDArray[np.int16]) -> list[Face]:
        """Search one part; a lost face that it would have seen is lost no more."""
        faces = merge([*near, *self._pace.search.run(lambda: self._detector.search_part(frame, part))])
        self._tell_if_slow()
        self._parts_at[part] = self._searched_at = frame.captured_at
        self._searched_size, self._thumb = frame.grey.shape, thumb
        last = part == self._detector.parts - 1
        self._lost = [
            box
            for box in self._lost
            if (seeing := self._detector.part_seeing(frame, box)) != part and not (seeing is None and last)
        ]
        return faces

    def _tell_if_slow(self) -> None:
        whole, usual = (self._detector.parts * pause for pause in (self._pause(), self._usual_pause))
        self._notice.check(
            whole > LATE * usual and not self._pace.wanted.idle,
            "A search takes %.0f ms on this board: the whole picture is searched in %.1f s, not in %.1f s",
            1000 * self._pace.search.seconds,
            whole,
            usual,
        )

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


def _is_new(box: Box, faces: list[Face]) -> bool:
    return all(box.iou(face.box) < SAME_PLACE for face in faces)


def _thumb(grey: Grey) -> NDArray[np.int16]:
    """Return the picture in which movement is looked for."""
    step = max(1, grey.shape[1] // SAMPLED)
    sampled = np.ascontiguousarray(grey[::step, ::step])
    return cv2.resize(sampled, THUMB, interpolation=cv2.INTER_AREA).astype(np.int16)
