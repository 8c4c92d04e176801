"""Both detectors find the people of the scene, and nobody where there is nobody."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from appliance.inference.folder import models_folder
from appliance.pipeline.find.cascade import CascadeDetector, tight_box
from appliance.pipeline.find.cnn import CnnDetector
from appliance.pipeline.find.detector import Detector, merge
from appliance.records.faces import Face
from appliance.records.frame import Box, Frame
from tests.support.scene_truth import face_boxes
from tests.support.strategies import frame


@pytest.fixture(scope="module", params=["cascade", "cnn"])
def detector(request: pytest.FixtureRequest) -> Detector:
    if request.param == "cascade":
        return CascadeDetector(32)
    return CnnDetector(models_folder() / "faces.json", 32)


@pytest.mark.slow
def test_everybody_in_the_scene_is_found_with_a_tight_box(
    detector: Detector, scene_frames: Sequence[Frame]
) -> None:
    perfect = 0
    looked_at = scene_frames[:: 15 if detector.parts == 1 else 45]
    for one in looked_at:
        sx, sy = one.picture_scale
        squares = face_boxes(one.sequence / 30).values()
        expected = [tight_box(s.x, s.y, s.w, s.h).scaled(1 / sx, 1 / sy) for s in squares]
        found = [face.box for face in detector.search(one)]
        matched = [max((box.iou(want) for box in found), default=0) >= 0.5 for want in expected]
        perfect += all(matched) and len(found) <= len(expected) + 1
    assert perfect >= 0.95 * len(looked_at)


def test_nearby_search_follows_a_face_that_moved_a_little(
    detector: Detector, scene_frames: Sequence[Frame]
) -> None:
    first, second = scene_frames[30], scene_frames[34]
    known = [face.box for face in detector.search(first)]
    followed = detector.search_near(second, known)
    assert len(known) == len(followed) == 4
    for box in known:
        assert max(box.iou(face.box) for face in followed) > 0.6


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_black_grey_or_burnt_out_frame_holds_nobody(detector: Detector, level: int) -> None:
    picture = np.full((480, 640, 3), level, np.uint8)
    assert detector.search(replace(frame(0), convert=lambda: picture, grey=picture[:, :, 0])) == []


@pytest.mark.parametrize("size", [(1, 1), (1, 640), (480, 1), (19, 19)])
def test_a_picture_too_small_for_a_face_holds_nobody(detector: Detector, size: tuple[int, int]) -> None:
    picture = np.full((*size, 3), 77, np.uint8)
    shown = replace(frame(0), convert=lambda: picture, grey=picture[:, :, 0])
    assert detector.search(shown) == []
    assert detector.search_near(shown, [Box(300, 200, 60, 80)]) == []


def test_boxes_on_the_same_face_are_one(tmp_path: Path) -> None:
    twice = [Face(Box(0, 0, 40, 50), 0.9), Face(Box(4, 3, 40, 50), 0.6), Face(Box(15, 25, 12, 12), 0.3)]
    assert merge([*twice, Face(Box(100, 0, 40, 50), 0.5)]) == [twice[0], Face(Box(100, 0, 40, 50), 0.5)]
