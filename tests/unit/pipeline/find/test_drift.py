"""Faces followed between two searches by their looks alone."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.inference.folder import models_folder
from appliance.pipeline.find.cnn import CnnDetector
from appliance.pipeline.find.drift import Drift
from appliance.records.faces import Face
from appliance.records.frame import Box, Frame, Grey

ROOM = np.random.default_rng(5).integers(60, 90, (480, 640), np.uint8)
HEAD = cv2.GaussianBlur(np.random.default_rng(6).integers(0, 256, (100, 80), np.uint8), (0, 0), 6)
HEAD = cv2.normalize(HEAD, np.empty_like(HEAD), 20, 240, cv2.NORM_MINMAX).astype(np.uint8)


def room(x: int, y: int) -> Grey:
    """A room with a head at x, y; parts of it may be outside."""
    canvas = np.pad(ROOM, 200, mode="edge")
    canvas[200 + y : 300 + y, 200 + x : 280 + x] = HEAD
    return np.ascontiguousarray(canvas[200:680, 200:840])


def box(x: int, y: int) -> Box:
    return Box(x, y, 80, 100)


@given(st.integers(0, 560), st.integers(0, 380), st.integers(-20, 20), st.integers(-20, 20))
def test_a_face_that_moved_a_little_is_found_where_it_is(x: int, y: int, dx: int, dy: int) -> None:
    drift = Drift()
    drift.start(room(x, y), [Face(box(x, y), 0.9)])
    x2, y2 = min(560, max(0, x + dx)), min(380, max(0, y + dy))
    (followed,) = drift.follow(room(x2, y2))
    assert followed.box.iou(box(x2, y2)) > 0.85
    assert followed.confidence == 0.9


def test_a_face_half_out_of_the_picture_stays_where_it_is() -> None:
    for x, y in ((-30, 100), (590, 100), (300, -40), (300, 420)):
        drift = Drift()
        drift.start(room(x, y), [Face(box(x, y), 0.9)])
        (followed,) = drift.follow(room(x, y))
        assert followed.box.iou(box(x, y)) > 0.9, (x, y)


def test_a_face_that_is_gone_is_left_out_and_not_found_again() -> None:
    drift = Drift()
    drift.start(room(200, 200), [Face(box(200, 200), 0.9)])
    assert drift.follow(ROOM) == []
    assert drift.follow(room(200, 200)) == []


def test_following_does_not_wander_off_over_many_frames() -> None:
    drift = Drift()
    drift.start(room(100, 200), [Face(box(100, 200), 0.9)])
    for step in range(100):
        (followed,) = drift.follow(room(100 + 4 * step, 200))
    assert followed.box.iou(box(100 + 4 * 99, 200)) > 0.85


@pytest.mark.slow
def test_in_the_scene_it_sees_what_a_search_would(scene_frames: Sequence[Frame]) -> None:
    detector = CnnDetector(models_folder() / "faces.json", 32)
    good = looked_at = 0
    for start in range(0, 440, 40):
        known = [face.box for face in detector.search(scene_frames[start])]
        for frame in scene_frames[start + 1 : start + 3]:
            followed = detector.search_near(frame, known)
        truth = CnnDetector.search(detector, scene_frames[start + 2])
        good += all(max((f.box.iou(t.box) for f in followed), default=0) > 0.7 for t in truth)
        looked_at += 1
    assert good >= 0.9 * looked_at
