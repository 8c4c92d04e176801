"""A file of a network that is not whole."""

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


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "expression_int8.tflite").unlink(),
        lambda folder: (folder / "expression_int8.tflite").write_bytes(b""),
        lambda folder: (folder / "expression.json").unlink(),
        lambda folder: (folder / "expression.json").write_text("{"),
        lambda folder: (folder / "expression.json").write_text("[]"),
        lambda folder: edit(folder, labels=["happy"]),
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
