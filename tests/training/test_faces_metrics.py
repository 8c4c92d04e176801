"""What counts as found, missed and false when a face finder is measured."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.training.faces.data import Photo
from models.training.faces.metrics import figures, fit_scale, judge
from models.training.faces.portraits import figures as portrait_figures
from models.training.faces.reach import count, framed, is_group
from models.training.faces.reach import figures as reach_figures
from models.training.faces.turn import turned

Row = tuple[float, float, float, float]


def photo(*faces: Row, ignore: tuple[Row, ...] = ()) -> Photo:
    rows = np.array([*faces, *ignore], np.float32).reshape(-1, 4)
    return Photo("a.png", rows, np.arange(len(rows)) >= len(faces), np.zeros((len(rows), 3), np.int8))


def found(*rows: Row, confidence: float = 0.9) -> NDArray[Any]:
    return np.array([(*row, confidence) for row in rows], np.float32).reshape(-1, 5)


def frame_ok(labelled: Photo, boxes: NDArray[Any], limit: int = 40) -> float | None:
    ok: float | None = figures([judge(labelled, boxes, 1.0)], limit)["frame_ok"]
    return ok


FIRST, SECOND = (100, 100, 50, 60), (300, 100, 100, 120)


def test_every_face_found_and_nothing_else_is_a_good_frame() -> None:
    assert frame_ok(photo(FIRST, SECOND), found(SECOND, FIRST)) == 1


def test_one_face_missed_spoils_the_frame() -> None:
    assert frame_ok(photo(FIRST, SECOND), found(SECOND)) == 0


def test_one_box_too_many_spoils_the_frame() -> None:
    assert frame_ok(photo(FIRST), found(FIRST, (400, 300, 50, 50))) == 0


def test_a_second_box_on_the_same_face_is_one_too_many() -> None:
    assert frame_ok(photo(FIRST), found(FIRST, (103, 102, 50, 60))) == 0


def test_a_box_that_hardly_overlaps_finds_nothing() -> None:
    assert frame_ok(photo(FIRST), found((130, 130, 50, 60))) == 0


def test_small_faces_need_not_be_found_and_may_be() -> None:
    small = (10, 10, 20, 24)
    assert frame_ok(photo(FIRST, small), found(FIRST)) == 1
    assert frame_ok(photo(FIRST, small), found(FIRST, small)) == 1


def test_small_false_boxes_do_not_count_at_a_larger_limit() -> None:
    boxes = found(SECOND, (10, 300, 60, 60))
    assert frame_ok(photo(SECOND), boxes, 80) == 1
    assert frame_ok(photo(SECOND), boxes, 40) == 0


def test_an_ignored_face_excuses_missing_it_and_finding_it() -> None:
    labelled = photo(FIRST, ignore=(SECOND,))
    assert frame_ok(labelled, found(FIRST)) == 1
    assert frame_ok(labelled, found(FIRST, SECOND)) == 1


def test_a_photo_without_faces_counts_for_false_boxes_alone() -> None:
    result = figures(
        [judge(photo(), found((10, 10, 50, 50)), 1.0), judge(photo(FIRST), found(FIRST), 1.0)], 40
    )
    assert result["photos"] == 1
    assert result["frame_ok"] == 1
    assert result["false_per_image"] == 0.5
    assert result["false_per_faceless"] == 1


def test_sizes_are_those_of_the_photo_fitted_into_640_by_480() -> None:
    assert fit_scale(1280, 720) == 0.5
    half = judge(photo(FIRST), found(), 0.5)
    assert half.counted(40).tolist() == [False]
    assert half.counted(25).tolist() == [True]


@pytest.mark.parametrize("degrees", [90, -90, 180])
def test_a_turned_photo_carries_its_boxes_along(degrees: float) -> None:
    picture = np.zeros((200, 300, 3), np.uint8)
    picture[40:80, 30:60] = 255
    labelled, image = turned(photo((30, 40, 30, 40)), picture, degrees)
    x, y, w, h = labelled.boxes[0]
    rows, columns = np.nonzero(image[..., 0] > 128)
    assert (x, y) == pytest.approx((columns.min(), rows.min()), abs=1.5)
    assert (x + w, y + h) == pytest.approx((columns.max() + 1, rows.max() + 1), abs=1.5)


def test_portraits_count_boxes_by_pose() -> None:
    pose = np.array([[0, 0, 0], [0, 0, 0], [0.9, 0, 0], [0, 0, 0.5]])
    result = portrait_figures(pose, np.array([1, 2, 0, 0]))
    assert result["one_box_near_frontal"] == pytest.approx(1 / 3, abs=1e-3)
    assert result["missed_tilted"] == 1


def test_a_higher_threshold_drops_the_less_sure_box_alone() -> None:
    boxes = np.concatenate([found(FIRST, confidence=0.9), found(SECOND, confidence=0.5)])
    seen = judge(photo(FIRST, SECOND), boxes, 1.0)
    assert seen.above(0.4).found.tolist() == [True, True]
    assert seen.above(0.6).found.tolist() == [True, False]


GROUP = replace(photo((0, 0, 60, 60), (100, 0, 80, 80)), file="wider_train/a.png")


@pytest.mark.parametrize(
    ("group", "counts"),
    [
        (GROUP, True),
        (replace(GROUP, file="lfw/a.png"), False),
        (replace(GROUP, ignore=np.array([True, False])), False),
        (replace(photo((0, 0, 60, 60)), file="wider_train/a.png"), False),
        (replace(photo((0, 0, 60, 60), (100, 0, 110, 110)), file="wider_train/a.png"), False),
        (replace(photo((0, 0, 40, 40), (100, 0, 60, 60)), file="wider_train/a.png"), False),
    ],
)
def test_a_group_is_a_few_labelled_faces_about_as_far_away_as_each_other(group: Photo, counts: bool) -> None:
    assert is_group(group) is counts


def test_a_group_is_shrunk_until_its_median_face_has_the_size_of_the_step(tmp_path: Path) -> None:
    (tmp_path / "wider_train").mkdir()
    cv2.imwrite(str(tmp_path / "wider_train/a.png"), np.full((200, 300, 3), 90, np.uint8))
    ((moved, image),) = framed([GROUP], tmp_path, 20)
    assert image.shape == (648, 1152, 3)
    assert np.median(np.sqrt(moved.boxes[:, 2:].prod(1))) == pytest.approx(20 * 1152 / 640)
    assert list(framed([GROUP], tmp_path, 400)) == []


def test_a_group_with_one_face_missed_is_not_whole() -> None:
    both = count(photo(FIRST, SECOND), found(FIRST, SECOND))
    one = count(photo(FIRST, SECOND), found(FIRST, (400, 300, 50, 50)))
    assert reach_figures([both, one]) == {
        "groups": 2,
        "faces_found": 0.75,
        "groups_whole": 0.5,
        "too_many": 0.5,
    }
