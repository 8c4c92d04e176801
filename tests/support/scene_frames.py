"""The bundled scene as a sequence: 450 full frames are 2 GB, so each is drawn when it is asked for."""

import functools
from collections.abc import Sequence
from typing import overload

from appliance.clock import VirtualClock
from appliance.hw.cameras.convert import make_frame
from appliance.hw.cameras.scene import FRAME_RATE, SECONDS, Scene
from appliance.records.frame import Box, Frame
from tests.support.scene_truth import face_boxes

ANALYSIS_SIZE = (640, 480)
KEPT = 16
"""Frames that are kept, the last used: some 4 MB each. Drawing one takes 14 ms."""


class SceneFrames(Sequence[Frame]):
    """Frames of the scene as its camera gives them, 30 a second; a slice is as lazy as the whole."""

    def __init__(self) -> None:
        scene = Scene(VirtualClock())

        def draw(number: int) -> Frame:
            time = number / FRAME_RATE
            return make_frame(number, time, scene.picture(time), ANALYSIS_SIZE)

        self._numbers = range(round(SECONDS * FRAME_RATE))
        self._draw = functools.lru_cache(KEPT)(draw)

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> Frame: ...

    @overload
    def __getitem__(self, index: slice) -> "SceneFrames": ...

    def __getitem__(self, index: int | slice) -> "Frame | SceneFrames":
        if isinstance(index, int):
            return self._draw(self._numbers[index])
        part = object.__new__(SceneFrames)
        part._numbers, part._draw = self._numbers[index], self._draw
        return part


def faces_at(frames: Sequence[Frame], time: float) -> dict[str, tuple[Frame, Box]]:
    """Everybody in view at ``time`` with a tight box, from where the scene has drawn them."""
    frame = frames[round(time * 30)]
    sx, sy = frame.picture_scale
    result = {}
    for name, square in face_boxes(time).items():
        box = Box(square.x + 0.1 * square.w, square.y - 0.045 * square.h, 0.8 * square.w, 1.09 * square.h)
        result[name] = frame, box.scaled(1 / sx, 1 / sy)
    return result
