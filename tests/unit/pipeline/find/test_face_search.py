"""A picture searched whole and part by part: nobody falls between two parts, nobody is found twice."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.inference.folder import models_folder
from appliance.pipeline.find.face_network import FaceNetwork
from appliance.pipeline.find.face_search import LARGEST_FAR, FaceSearch, plan
from appliance.records.frame import Box, Frame

PART = (640, 384)
SIZES = [
    (1152, 648),
    (640, 480),
    (640, 360),
    (864, 648),
    (1280, 720),
    (1920, 1080),
    (720, 1280),
    (320, 240),
    (1, 1),
]


@pytest.mark.parametrize("size", SIZES)
def test_every_face_up_to_the_largest_lies_whole_in_the_part_whose_core_holds_its_middle(
    size: tuple[int, int],
) -> None:
    planned = plan(*size, PART)
    width, height = planned.size
    half = LARGEST_FAR / 2
    assert 1 <= len(planned.parts) <= 4
    for x in np.linspace(0, width, 23):
        for y in np.linspace(0, height, 19):
            (part,) = [p for p in planned.parts if p.core[0] <= x < p.core[2] and p.core[1] <= y < p.core[3]]
            assert part.left <= max(0, x - half)
            assert part.top <= max(0, y - half)
            assert part.right >= min(width, x + half)
            assert part.bottom >= min(height, y + half)
            assert part.right - part.left <= PART[0]
            assert part.bottom - part.top <= PART[1]


def test_the_image_of_the_pi_camera_is_searched_at_its_full_size() -> None:
    assert plan(1152, 648, PART).scale == 1
    assert plan(864, 648, PART).scale == 1


def test_a_larger_image_is_shrunk_until_the_parts_cover_it() -> None:
    planned = plan(3840, 2160, PART)
    assert planned.scale == pytest.approx(656 / 2160)
    assert planned.size == (1166, 656)


@pytest.fixture(scope="module")
def search() -> FaceSearch:
    return FaceSearch(models_folder() / "faces.json")


def places(seen: NDArray[np.float32], wanted: Box) -> int:
    """How many of the boxes are on ``wanted``."""
    return sum(Box(x, y, w, h).iou(wanted) > 0.4 for x, y, w, h, _ in seen.tolist())


@pytest.mark.parametrize("side", [24, 60, 100, 250])
def test_a_face_is_found_once_wherever_the_cuts_are(
    search: FaceSearch, scene_frames: list[Frame], side: int
) -> None:
    (x, y, w, h, _), *_ = search.everything(scene_frames[0].colour).tolist()
    head = scene_frames[0].colour[int(y - h) : int(y + 2 * h), int(x - w) : int(x + 2 * w)]
    scale = side / (w * h) ** 0.5
    small = cv2.resize(head, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    for left, top in [(560, 300), (530, 240), (600, 330), (40, 20)]:
        picture = np.full((648, 1152, 3), 90, np.uint8)
        part = small[: 648 - top, : 1152 - left]
        picture[top : top + part.shape[0], left : left + part.shape[1]] = part
        face = Box(left + w * scale, top + h * scale, w * scale, h * scale)
        if face.y + face.h > 640:
            continue
        seen = search.everything(picture)
        assert places(seen, face) == 1
        assert len(seen) == 1


def test_a_known_face_is_covered_by_the_part_it_lies_in_alone_and_a_near_one_by_all(
    search: FaceSearch,
) -> None:
    picture = np.zeros((648, 1152, 3), np.uint8)
    far, near = Box(200, 100, 22, 28), Box(200, 100, 200, 240)
    assert [search.covers(picture, far, part) for part in range(5)] == [True, False, False, False, False]
    assert [search.covers(picture, near, part) for part in range(5)] == [True] * 5


def found(*rows: tuple[float, float, float, float]) -> NDArray[np.float32]:
    """Square boxes: x, y, side, confidence."""
    return np.array([[x, y, side, side, confidence] for x, y, side, confidence in rows], np.float32)


def test_an_eye_that_the_far_search_is_sure_of_does_not_take_the_place_of_the_near_face(
    search: FaceSearch,
) -> None:
    near = found((100, 100, 200, 0.7))
    far = found((130, 140, 60, 0.95), (600, 100, 40, 0.8))
    assert search.merged(near, far)[:, :2].tolist() == [[600, 100], [100, 100]]


def test_a_face_of_the_far_search_beside_a_near_one_stays(search: FaceSearch) -> None:
    assert len(search.merged(found((100, 100, 200, 0.9)), found((285, 100, 60, 0.8)))) == 2


@pytest.mark.parametrize("middle", [(-30.0, 100.0), (700.0, 100.0), (300.0, -1.0), (300.0, 9000.0)])
def test_a_face_that_has_left_the_picture_belongs_to_the_part_it_left_by(
    search: FaceSearch, middle: tuple[float, float]
) -> None:
    picture = np.zeros((360, 640, 3), np.uint8)
    box = Box(middle[0] - 8, middle[1] - 8, 16, 16)
    assert 0 <= search.part_seeing(picture, box) <= search.parts


def test_what_the_network_sees_beside_the_picture_is_no_face(
    search: FaceSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    wild = np.array([[300, 329, 40, 40, 0.99], [-90, 50, 40, 40, 0.99], [300, 100, 40, 40, 0.99]], np.float32)
    monkeypatch.setattr(FaceNetwork, "find", lambda *_: wild.copy())
    seen = search.near(np.zeros((240, 400, 3), np.uint8))
    assert seen[:, :2].tolist() == [[300, 100]]
