"""The expression model: the right one or none, and the same answer from both runtimes."""

import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import ModelError, RuntimeMissingError
from appliance.hw.cameras import scene as bundled
from appliance.inference.folder import models_folder
from appliance.inference.runtime import find_runtime
from appliance.pipeline.judge import Crop, ExpressionModel
from appliance.records.frame import Box, Frame
from appliance.records.labels import LABELS
from tests.support.scene_truth import face_boxes


@pytest.fixture(scope="module")
def model() -> ExpressionModel:
    return ExpressionModel(models_folder())


def faces_at(frames: Sequence[Frame], time: float) -> dict[str, tuple[Frame, Box]]:
    """Everybody in view at ``time`` with a tight box, from where the scene has drawn them."""
    frame = frames[round(time * 30)]
    sx, sy = frame.picture_scale
    result = {}
    for name, square in face_boxes(time).items():
        box = Box(square.x + 0.1 * square.w, square.y - 0.045 * square.h, 0.8 * square.w, 1.09 * square.h)
        result[name] = frame, box.scaled(1 / sx, 1 / sy)
    return result


def test_smiling_and_neutral_faces_are_told_apart(
    model: ExpressionModel, scene_frames: Sequence[Frame]
) -> None:
    for time in (1.0, 4.9, 7.5, 9.2):
        levels = bundled.smiles(time)
        for name, (frame, box) in faces_at(scene_frames, time).items():
            happy = model.judge(frame.grey, box).scores["happy"]
            if levels[name] == 1:
                assert happy > 0.7, (time, name)
            elif levels[name] == 0:
                assert happy < 0.3, (time, name)


def test_a_lamp_is_not_a_face(model: ExpressionModel) -> None:
    grey = np.zeros((120, 120), np.uint8)
    grey[30:90, 50:70] = 255
    assert model.judge(grey, Box(20, 20, 64, 80)).scores["not_a_face"] > 0.5


def test_scores_are_probabilities_of_the_eight_labels(model: ExpressionModel) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (48, 48), np.uint8)
    scores = model.judge(noise, Box(4, 4, 40, 44)).scores
    assert tuple(scores) == LABELS
    assert sum(scores.values()) == pytest.approx(1.0)
    assert all(0 <= score <= 1 for score in scores.values())


@pytest.mark.slow
def test_both_runtimes_give_the_same_label(scene_frames: Sequence[Frame]) -> None:
    if sys.version_info >= (3, 12):
        pytest.skip("tflite-runtime has no wheels after Python 3.11")
    models = [ExpressionModel(models_folder(), runtime=name) for name in ("ai_edge_litert", "tflite_runtime")]
    compared = 0
    for time in np.arange(0.5, 14, 0.5):
        for frame, box in faces_at(scene_frames, float(time)).values():
            first, second = (model.judge(frame.grey, box).scores for model in models)
            assert max(first, key=lambda n: first[n]) == max(second, key=lambda n: second[n])
            assert first["happy"] == pytest.approx(second["happy"], abs=0.1)
            compared += 1
    assert compared > 50


def test_without_a_runtime_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appliance.inference.runtime.RUNTIMES", ("no_such_runtime.interpreter",))
    with pytest.raises(RuntimeMissingError, match="pip install ai-edge-litert"):
        find_runtime()


def truncate(folder: Path) -> None:
    path = folder / "expression_int8.tflite"
    path.write_bytes(path.read_bytes()[:1000])


def garbage_with_its_digest(folder: Path) -> None:
    path = folder / "expression_int8.tflite"
    path.write_bytes(b"not a model at all" * 100)
    edit(folder, sha256="5f4dcc")


def edit(folder: Path, **facts: object) -> None:
    path = folder / "expression.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "expression_int8.tflite").unlink(),
        lambda folder: (folder / "expression_int8.tflite").write_bytes(b""),
        lambda folder: (folder / "expression.json").unlink(),
        lambda folder: (folder / "expression.json").write_text("{"),
        lambda folder: (folder / "expression.json").write_text("[]"),
        lambda folder: edit(folder, labels=["happy"]),
        lambda folder: edit(folder, format="two"),
        lambda folder: edit(folder, eyes=["open", "closed"]),
        lambda folder: edit(folder, output={"scale": 1.0, "zero_point": 0, "meaning": "probabilities"}),
        lambda folder: edit(folder, input={"shape": [1, 64, 64, 1]}),
        lambda folder: edit(folder, crop={"side": "wide"}),
        lambda folder: edit(folder, sha256="0" * 64),
        truncate,
        garbage_with_its_digest,
    ],
)
def test_a_model_that_is_not_whole_is_refused_by_name(
    tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    for name in ("expression_int8.tflite", "expression.json"):
        shutil.copy(models_folder() / name, tmp_path)
    damage(tmp_path)
    with pytest.raises(ModelError, match="expression"):
        ExpressionModel(tmp_path)


def shipped_to(folder: Path) -> Path:
    """A folder with the shipped network and its description."""
    for name in ("expression_int8.tflite", "expression.json"):
        shutil.copy(models_folder() / name, folder)
    return folder


def test_a_model_of_another_release_says_which_of_the_two_to_update(tmp_path: Path) -> None:
    edit(shipped_to(tmp_path), format=1)
    with pytest.raises(ModelError, match="older than this program") as old:
        ExpressionModel(tmp_path)
    assert "Update the model" in old.value.hint
    edit(tmp_path, format=3)
    with pytest.raises(ModelError, match="newer than this program") as new:
        ExpressionModel(tmp_path)
    assert "Update the program" in new.value.hint


def test_a_network_with_other_outputs_than_described_is_refused(tmp_path: Path) -> None:
    other = models_folder() / "faces_near_int8.tflite"
    shutil.copy(other, shipped_to(tmp_path) / "expression_int8.tflite")
    edit(tmp_path, sha256=hashlib.sha256(other.read_bytes()).hexdigest())
    with pytest.raises(ModelError, match=r"expression_int8\.tflite"):
        ExpressionModel(tmp_path)


def test_eyes_are_told_open_or_closed_or_not_at_all(
    model: ExpressionModel, scene_frames: Sequence[Frame]
) -> None:
    for frame, box in faces_at(scene_frames, 4.9).values():
        opened = model.judge(frame.grey, box).eyes_open
        assert opened is None or 0 <= opened <= 1


@given(
    st.floats(-500, 500), st.floats(-500, 500), st.floats(0.1, 900), st.floats(0.1, 900), st.integers(1, 200)
)
def test_a_crop_has_its_size_wherever_the_box_lies(x: float, y: float, w: float, h: float, side: int) -> None:
    grey = np.full((side, side), 99, np.uint8)
    crop = Crop(1.075, 0, 0).of(grey, Box(x, y, w, h), 48)
    assert crop.shape == (48, 48)
    assert set(np.unique(crop)) <= {0, 99}


def test_a_crop_beyond_the_edge_repeats_it() -> None:
    grey = np.tile(np.arange(100, dtype=np.uint8), (100, 1))
    crop = Crop(1.0, 0, 0).of(grey, Box(-50, 0, 100, 100), 48)
    assert np.all(crop[:, :20] == 0)
    assert crop[0, -1] > 40
