"""A camera mounted on its side or head over gives upright pictures, to the pipeline and on the card."""

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from appliance.clock import VirtualClock
from appliance.config import Config, load_config
from appliance.hw.cameras import open_camera
from appliance.hw.cameras.convert import make_frame
from appliance.hw.cameras.turned import Turned, turned_back
from appliance.line.runner import Runner
from appliance.pipeline.assembly import assemble, load_models
from appliance.records.decision import Decision
from appliance.records.frame import Box, Colour, Frame

WAYS = {90: 1, 180: 2, 270: 3}
"""Quarter turns clockwise."""


class Still:
    """A camera that always sees the same."""

    description = "a still"
    closed = False

    def __init__(self, bgr: Colour, analysis: tuple[int, int] = (64, 48)) -> None:
        self.frame = make_frame(7, 1.5, bgr, analysis)

    def read(self, timeout: float) -> Frame:
        return self.frame

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("degrees", WAYS)
def test_analysis_and_picture_are_turned_alike(degrees: int) -> None:
    seen = np.random.default_rng(1).integers(0, 255, (96, 128, 3), np.uint8)
    still = Still(seen)
    camera = Turned(still, degrees)
    frame = camera.read(1.0)
    assert np.array_equal(frame.picture.bgr(), np.rot90(seen, -WAYS[degrees]))
    assert np.array_equal(frame.colour, np.rot90(still.frame.colour, -WAYS[degrees]))
    assert np.array_equal(frame.grey, np.rot90(still.frame.grey, -WAYS[degrees]))
    assert (frame.picture.height, frame.picture.width) == frame.picture.bgr().shape[:2]
    assert frame.picture_scale == (2, 2)
    assert frame.picture.bytes_held == still.frame.picture.bytes_held
    assert (frame.sequence, frame.captured_at) == (7, 1.5)
    assert str(degrees) in camera.description
    camera.close()
    assert still.closed


@pytest.mark.parametrize("degrees", WAYS)
def test_a_face_is_where_the_camera_itself_saw_it(degrees: int) -> None:
    size = (64, 48)
    mask = np.zeros((48, 64), np.uint8)
    mask[8:18, 30:50] = 1
    rows, columns = np.nonzero(np.rot90(mask, -WAYS[degrees]))
    seen = Box(columns.min(), rows.min(), columns.max() - columns.min() + 1, rows.max() - rows.min() + 1)
    assert turned_back(seen, degrees, size) == Box(30, 8, 20, 10)


@pytest.mark.parametrize("degrees", WAYS)
def test_people_in_front_of_a_turned_camera_are_found(degrees: int, scene_frames: Sequence[Frame]) -> None:
    """The scene, as a camera sees it that needs so many degrees to stand upright."""
    heard: list[Decision] = []
    assembly = assemble(Config(), load_models(Config()), on_decision=[heard.append], still=True)
    mounted = np.rot90(scene_frames[60].picture.bgr(), WAYS[degrees])
    frame = Turned(Still(np.ascontiguousarray(mounted), (640, 480)), degrees).read(1.0)
    Runner([frame], assembly.lines, VirtualClock(), threading.Event()).run_inline()
    assert len(heard[0].people) == 4


def test_the_configuration_decides_and_the_picture_of_every_camera_is_turned(mixed_picture: Path) -> None:
    def picture(degrees: int) -> Colour:
        wanted = {"source": "replay", "recording": str(mixed_picture), "orientation": degrees}
        settings = load_config(None, [(f"camera.{key}", value) for key, value in wanted.items()]).camera
        camera = open_camera(settings, VirtualClock(), print)
        try:
            return camera.read(1.0).picture.bgr()
        finally:
            camera.close()

    upright = picture(0)
    for degrees, quarters in WAYS.items():
        assert picture(degrees).shape == np.rot90(upright, -quarters).shape
