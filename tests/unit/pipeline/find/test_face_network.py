"""The face network's arithmetic: from int8 tensors to boxes, and files that do not fit each other."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.errors import ModelError
from appliance.inference.folder import models_folder
from appliance.pipeline.find.face_network import FaceNetwork, Output, decode_level, read_models, suppress

OUTPUT = Output(8, (1, 3, 4, 5), 0.05, -10, gain=2.0)


def level(row: int, column: int, logit: float, box: tuple[float, ...]) -> NDArray[np.int8]:
    """A tensor in which one cell says ``box`` (dx, dy, log w, log h) and all others are sure of nothing."""
    values = np.full(OUTPUT.shape, -128, np.int8)
    real = np.array([logit / OUTPUT.gain, *box])
    values[0, row, column] = np.round(real / OUTPUT.scale) + OUTPUT.zero_point
    return values


def test_a_cell_that_sees_a_face_gives_its_box_in_pixels() -> None:
    found = decode_level(OUTPUT, level(1, 2, 2.0, (0.5, -0.5, np.log(4), np.log(5))), threshold=0.5)
    assert len(found) == 1
    x, y, w, h, confidence = found[0]
    assert (x + w / 2, y + h / 2) == pytest.approx((8 * 3.0, 8 * 1.0), abs=0.3)
    assert (w, h) == pytest.approx((32, 40), rel=0.03)
    assert confidence == pytest.approx(1 / (1 + np.exp(-2.0)), abs=1e-6)


def test_the_threshold_is_a_confidence() -> None:
    tensor = level(0, 0, 0.4, (0, 0, 1, 1))
    assert len(decode_level(OUTPUT, tensor, threshold=0.59)) == 1
    assert len(decode_level(OUTPUT, tensor, threshold=0.61)) == 0


def boxes(
    *rows: tuple[float, float, float, float, float],
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    table = np.array(rows, np.float32)
    return table[:, :2], table[:, 2:4], table[:, 4]


def test_two_boxes_on_one_face_become_one_the_surer() -> None:
    assert suppress(*boxes((10, 10, 40, 40, 0.6), (12, 11, 40, 40, 0.9)), 0.4, 0.7).tolist() == [1]


def test_a_mouth_found_inside_a_face_is_not_a_second_face() -> None:
    assert suppress(*boxes((0, 0, 100, 100, 0.9), (35, 60, 30, 20, 0.8)), 0.4, 0.7).tolist() == [0]


def test_two_faces_cheek_to_cheek_both_stay() -> None:
    assert suppress(*boxes((0, 0, 50, 60, 0.7), (42, 5, 50, 60, 0.9)), 0.4, 0.7).tolist() == [1, 0]


def test_no_box_at_all_gives_no_face() -> None:
    nothing = np.empty((0, 2), np.float32)
    assert suppress(nothing, nothing, nothing[:, 0], 0.4, 0.7).tolist() == []


def described(folder: Path, changes: dict[str, object] | None = None, **of_near: object) -> Path:
    content = b"not really a network"
    (folder / "faces_near.tflite").write_bytes(content)
    network = {
        "file": "faces_near.tflite",
        "sha256": hashlib.sha256(content).hexdigest(),
        "input": {"shape": [1, 65, 49, 6], "colour": "RGB"},
        "outputs": [{"stride": 8, "shape": [1, 8, 12, 5], "scale": 0.1, "zero_point": 0}],
        "threshold": 0.5,
    }
    facts = {
        "format": 2,
        "networks": {"near": network | of_near, "far": network},
        "decode": {"border": 114, "score_gain": 4.0, "nms_iou": 0.4, "nms_inside": 0.7},
    }
    path = folder / "faces.json"
    path.write_text(json.dumps(facts | (changes or {})))
    return path


def test_a_good_description_is_read(tmp_path: Path) -> None:
    models = read_models(described(tmp_path, threshold=0.3))
    assert (models["near"].width, models["near"].height) == (96, 64)
    assert (models["near"].threshold, models["far"].threshold) == (0.3, 0.5)
    assert models["near"].outputs == (Output(8, (1, 8, 12, 5), 0.1, 0, 4.0),)


@pytest.mark.parametrize(
    ("changes", "of_near", "said"),
    [
        ({}, {"sha256": "0" * 64}, "is truncated or not the one"),
        ({"format": 1}, {}, "older than this program"),
        ({"networks": {}}, {}, "does not describe a face network"),
        ({"networks": []}, {}, "does not describe a face network"),
        ({"decode": {}}, {}, "does not describe a face network"),
        ({}, {"outputs": [{"stride": 8}]}, "does not describe a face network"),
        ({}, {"input": {"shape": [1, 64, 96, 3], "colour": "RGB"}}, "must be pairs of RGB pixels"),
        ({}, {"file": "elsewhere.tflite"}, "is missing"),
    ],
)
def test_a_file_that_does_not_fit_its_json_is_named(
    tmp_path: Path, changes: dict[str, object], of_near: dict[str, object], said: str
) -> None:
    with pytest.raises(ModelError, match=said):
        read_models(described(tmp_path, changes, **of_near))


def test_a_network_that_is_none_is_named_and_not_a_traceback(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="faces_near"):
        FaceNetwork(read_models(described(tmp_path))["near"])


@pytest.fixture(scope="module", params=["near", "far"])
def network(request: pytest.FixtureRequest) -> FaceNetwork:
    return FaceNetwork(read_models(models_folder() / "faces.json")[request.param])


@pytest.mark.parametrize(
    "shape", [(480, 640, 3), (480, 640), (1080, 1920, 3), (40, 30, 3), (1, 1), (2000, 100, 3)]
)
@pytest.mark.parametrize("level", [0, 127, 255])
def test_an_empty_picture_of_any_shape_has_no_face(
    network: FaceNetwork, shape: tuple[int, ...], level: int
) -> None:
    assert network.find(np.full(shape, level, np.uint8)).tolist() == []


def test_the_same_picture_gives_the_same_boxes_whatever_came_before(network: FaceNetwork) -> None:
    rng = np.random.default_rng(3)
    first, other = (rng.integers(0, 256, shape, np.uint8) for shape in ((300, 500, 3), (500, 300)))
    before = network.find(first).tolist()
    network.find(other)
    assert network.find(first).tolist() == before
