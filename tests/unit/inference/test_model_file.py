"""A file of a network that is not whole."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.errors import ModelError
from appliance.inference.folder import models_folder
from appliance.pipeline.judge import ExpressionModel


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


def shipped_in(folder: Path) -> Path:
    """The folder, with the shipped network and its description in it."""
    for name in ("expression_int8.tflite", "expression.json"):
        shutil.copy(models_folder() / name, folder)
    return folder


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
    damage(shipped_in(tmp_path))
    with pytest.raises(ModelError, match="expression"):
        ExpressionModel(tmp_path)


def test_a_model_of_another_release_says_which_of_the_two_to_update(tmp_path: Path) -> None:
    edit(shipped_in(tmp_path), format=1)
    with pytest.raises(ModelError, match="older than this program") as old:
        ExpressionModel(tmp_path)
    assert "Update the model" in old.value.hint
    edit(tmp_path, format=3)
    with pytest.raises(ModelError, match="newer than this program") as new:
        ExpressionModel(tmp_path)
    assert "Update the program" in new.value.hint


def test_a_network_with_other_outputs_than_described_is_refused(tmp_path: Path) -> None:
    other = models_folder() / "faces_near_int8.tflite"
    shutil.copy(other, shipped_in(tmp_path) / "expression_int8.tflite")
    edit(tmp_path, sha256=hashlib.sha256(other.read_bytes()).hexdigest())
    with pytest.raises(ModelError, match=r"expression_int8\.tflite"):
        ExpressionModel(tmp_path)
