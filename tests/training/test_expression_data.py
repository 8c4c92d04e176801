"""The data of the expression model: what is refused, what is counted, what is never trained on."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.training.__main__ import main
from models.training.errors import BadDataError
from models.training.expression import data, figures, prepare
from models.training.expression.augment import Strength, augment
from models.training.expression.crops import CropRule, cut
from models.training.expression.labels import CONTEMPT, HAPPY, LABELS, NOT_A_FACE, majority, soft_targets
from tests.support.made_up_faces import made_up_faces


def votes(**columns: int) -> NDArray[Any]:
    names = (
        "neutral",
        "happy",
        "surprise",
        "sad",
        "angry",
        "disgust",
        "fear",
        "contempt",
        "unknown",
        "not_a_face",
    )
    return np.array([[columns.get(name, 0) for name in names]], np.uint8)


def test_votes_become_shares_and_a_single_vote_counts_as_noise() -> None:
    targets, weights = soft_targets(votes(happy=6, neutral=3, fear=1))
    assert targets[0, HAPPY] == pytest.approx(6 / 9)
    assert targets[0, LABELS.index("neutral")] == pytest.approx(3 / 9)
    assert weights[0] == pytest.approx(0.9)


def test_contempt_and_unknown_votes_have_no_label_and_weigh_nothing() -> None:
    targets, weights = soft_targets(votes(contempt=6, unknown=2, neutral=2))
    assert targets[0, LABELS.index("neutral")] == 1
    assert weights[0] == pytest.approx(0.2)


def test_a_row_without_any_vote_of_ours_is_left_out_of_training() -> None:
    targets, weights = soft_targets(votes(contempt=10))
    assert targets.sum() == 0
    assert weights[0] == 0


def test_a_contempt_majority_is_a_test_row_that_no_answer_can_get_right() -> None:
    label, valid = majority(votes(contempt=8, neutral=2))
    assert valid[0]
    assert label[0] == CONTEMPT >= len(LABELS)


@pytest.mark.parametrize(
    "row",
    [votes(happy=5, neutral=5), votes(unknown=9, happy=1), votes(not_a_face=8, happy=2)],
    ids=["no majority", "unknown wins", "not a face wins"],
)
def test_rows_without_a_valid_majority_are_not_part_of_the_test(row: NDArray[Any]) -> None:
    assert not majority(row)[1][0]


def test_votes_for_not_a_face_teach_that_label() -> None:
    assert soft_targets(votes(not_a_face=10))[0][0, NOT_A_FACE] == 1


def test_training_rows_that_also_stand_in_a_test_split_are_dropped(tmp_path: Path) -> None:
    arrays = made_up_faces()
    arrays["images"][3] = arrays["images"][-1]  # a PrivateTest picture
    arrays["images"][7] = arrays["images"][100]  # a PublicTest picture
    np.savez(tmp_path / "fer.npz", **arrays)
    splits = data.load(tmp_path / "fer.npz")
    assert len(splits.training) == 94
    assert len(splits.public_test) == len(splits.private_test) == 32


def test_a_truncated_file_is_named_as_such(fer2013: Path) -> None:
    fer2013.write_bytes(fer2013.read_bytes()[:100_000])
    with pytest.raises(BadDataError, match=r"fer2013\.npz: unreadable or truncated"):
        data.load(fer2013)


def test_a_missing_file_says_where_data_comes_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["evaluate", "--model", "m_int8.tflite", "--data", str(tmp_path / "none.npz")])
    assert code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_pictures_of_another_size_are_refused_with_both_shapes(tmp_path: Path) -> None:
    arrays = made_up_faces()
    arrays["images"] = arrays["images"][:, :40]
    np.savez(tmp_path / "fer.npz", **arrays)
    with pytest.raises(BadDataError, match=r"images has shape \(160, 40, 48\), expected \(160, 48, 48\)"):
        data.load(tmp_path / "fer.npz")


def test_a_file_without_votes_is_refused(tmp_path: Path) -> None:
    arrays = made_up_faces()
    del arrays["ferplus"]
    np.savez(tmp_path / "fer.npz", **arrays)
    with pytest.raises(BadDataError, match="ferplus"):
        data.load(tmp_path / "fer.npz")


def test_the_crop_is_centred_on_the_box_and_as_wide_as_the_rule_says() -> None:
    grey = np.zeros((200, 200), np.uint8)
    grey[:, 100:] = 255  # the box's centre
    face = cut(grey, (80, 75, 40, 50), 48, CropRule(side=2.0))
    assert face.shape == (48, 48)
    assert face[:, :23].max() == 0
    assert face[:, 25:].min() == 255


def test_a_box_over_the_border_repeats_the_border() -> None:
    grey = np.full((100, 100), 77, np.uint8)
    assert (cut(grey, (-20, -20, 60, 60), 48) == 77).all()


@pytest.mark.parametrize(("share", "spoiled"), [(0.0, (0, 0)), (0.6, (0.3, 0.5)), (1.0, (0.55, 0.75))])
def test_spoiling_says_how_many_views_are_more_than_another_box(
    share: float, spoiled: tuple[float, float]
) -> None:
    grey = np.full((48, 48), 100, np.uint8)
    rng = np.random.default_rng(4)
    views = [augment(grey, 48, Strength().spoiling(share), rng)[18:30, 18:30] for _ in range(400)]
    low, high = spoiled
    assert low <= np.mean([bool((view != 100).any()) for view in views]) <= high


def test_a_picture_and_its_mirror_image_are_judged_together_beside_the_picture_alone() -> None:
    faces = data.Faces(
        np.zeros((3, 48, 48), np.uint8), np.array([0, 1, 2], np.uint8), votes(happy=1).repeat(3, 0)
    )
    alone = np.eye(7, dtype=np.float32)[[0, 2, 2]] * 2
    mirrored = np.eye(7, dtype=np.float32)[[0, 1, 2]] * 5
    measured = figures.fer2013(alone, faces, mirrored)
    assert measured["accuracy"] == pytest.approx(2 / 3, abs=1e-3)
    assert measured["accuracy_with_mirror_image"] == 1
    assert "accuracy_with_mirror_image" not in figures.fer2013(alone, faces)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with thirty photos of nothing but noise, half of them with one labelled box."""
    folder, rng = tmp_path / "faces", np.random.default_rng(7)
    folder.mkdir()
    rows = ["file,x,y,w,h,by,ignore,blur,occlusion"]
    for i in range(30):
        cv2.imwrite(str(folder / f"{i}.png"), rng.integers(0, 255, (120, 160), np.uint8))
        rows.append(f"{i}.png,10,10,40,40,{'negative' if i % 2 else 'somebody'},0,0,0")
    (folder / "faces.csv").write_text("\n".join(rows) + "\n")
    return folder


def test_what_is_held_out_is_the_same_whether_all_photos_are_mined_or_those_alone(photos: Path) -> None:
    everything, held_out = prepare.mine(photos), prepare.mine(photos, measuring=True)
    assert len(held_out["random_held_out"]) >= 2
    assert len(held_out["faces_held_out"]) >= 1
    assert set(held_out) == {name for name in everything if name.endswith("_held_out")}
    for name, crops in held_out.items():
        np.testing.assert_array_equal(crops, everything[name])
    assert len(everything["random"]) > 2 * len(held_out["random_held_out"])


@pytest.mark.filterwarnings("default")  # the converter's own libraries warn
def test_photos_beside_the_data_are_used_for_what_is_not_a_face(
    fer2013: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["evaluate", "--model", "models/expression_int8.tflite", "--data", str(fer2013), "--json"]
    assert main(command) == 0
    measured = json.loads(capsys.readouterr().out)["int8"]["not_a_face"]
    held_out = prepare.mine(photos, measuring=True)
    assert measured["random_background_rows"] == len(held_out["random_held_out"])
    assert measured["random_background_rejected"] > 0.5  # noise is no face
