"""The networks' detector: a known face is kept where a search part cannot see, and dropped where it can."""

from dataclasses import replace

import numpy as np
import pytest

from appliance.inference.folder import models_folder
from appliance.pipeline.find.cnn import CnnDetector
from appliance.pipeline.find.face_network import Floats
from appliance.pipeline.find.face_search import FaceSearch
from appliance.pipeline.find.finder import FaceFinder
from appliance.records.frame import Colour, Frame
from tests.support.strategies import frame


@pytest.fixture
def detector() -> CnnDetector:
    return CnnDetector(models_folder() / "faces.json", 18)


def shrunk(frame: Frame, left: int, top: int) -> Frame:
    """The frame's picture a quarter as large, with its top left corner there, on an image for four parts."""
    colour = np.full((648, 1152, 3), 90, np.uint8)
    small = frame.colour[::3, ::3]
    colour[top : top + small.shape[0], left : left + small.shape[1]] = small
    return replace(frame, convert=lambda: colour, grey=np.ascontiguousarray(colour[..., 1]))


def test_far_people_are_found_by_the_part_they_stand_in_and_kept_by_the_others(
    detector: CnnDetector, scene_frames: list[Frame]
) -> None:
    group = shrunk(scene_frames[0], 60, 40)
    everybody = len(detector.search(group))
    assert everybody == 4
    other = CnnDetector(models_folder() / "faces.json", 18)
    assert len(other.search_part(group, 3)) < everybody
    assert len(other.search_part(group, 0)) == everybody
    for part in (1, 2, 3, 4):
        assert len(other.search_part(group, part)) == everybody


def test_who_has_left_is_dropped_by_the_part_that_would_see_them(
    detector: CnnDetector, scene_frames: list[Frame]
) -> None:
    group = shrunk(scene_frames[0], 60, 40)
    detector.search(group)
    empty = replace(group, convert=lambda: np.full_like(group.colour, 90), grey=np.full_like(group.grey, 90))
    assert detector.search_part(empty, 0) == []
    assert detector.search_near(empty, []) == []


def test_following_starts_anew_when_the_picture_has_another_size(
    detector: CnnDetector, scene_frames: list[Frame]
) -> None:
    detector.search(shrunk(scene_frames[0], 900, 500))
    small = scene_frames[0]
    assert len(detector.search_part(small, 4)) == 4


def test_who_comes_in_near_by_is_seen_within_a_fifth_of_a_second_and_far_away_within_one(
    scene_frames: list[Frame],
) -> None:
    near = scene_frames[0]
    far = shrunk(scene_frames[0], 700, 400)
    for group, seconds in ((near, 0.2), (far, 1.0)):
        finder = FaceFinder(CnnDetector(models_folder() / "faces.json", 18))
        grey = np.full_like(group.colour, 90)
        empty = replace(group, convert=grey.copy, grey=grey[..., 0].copy())
        for number in range(31):  # an empty room for a second
            finder.find(replace(empty, captured_at=number / 30))
        seen_at = [
            number / 30
            for number in range(31)
            if len(finder.find(replace(group, captured_at=(31 + number) / 30)).faces) == 4
        ]
        assert seen_at[0] <= seconds
        assert len(seen_at) == 31 - round(30 * seen_at[0])


@pytest.mark.parametrize(
    ("size", "parts"), [((640, 360), 1), ((640, 480), 2), ((1152, 648), 4), ((64, 36), 1)]
)
def test_a_small_picture_is_searched_in_as_many_parts_as_it_has(
    size: tuple[int, int], parts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[int] = []
    far = FaceSearch.far

    def noted(search: FaceSearch, colour: Colour, number: int) -> Floats:
        searched.append(number)
        return far(search, colour, number)

    monkeypatch.setattr(FaceSearch, "far", noted)
    detector = CnnDetector(models_folder() / "faces.json", 18)
    picture = np.full((size[1], size[0], 3), 90, np.uint8)
    for part in range(detector.parts):
        detector.search_part(replace(frame(0.0, pixels=picture), convert=lambda: picture), part)
    assert searched == list(range(parts))
