"""A model file that does not fit its JSON is refused."""

import json
import shutil
from pathlib import Path

import pytest

from models.training.errors import BadDataError
from models.training.expression import runtime

MODELS = Path(__file__).parents[2] / "models"
pytest.importorskip("ai_edge_litert", reason="no TFLite runtime")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("expression_int8.tflite", "expression.json"):
        shutil.copy(MODELS / name, tmp_path / name)
    return tmp_path / "expression_int8.tflite"


def test_the_shipped_model_fits_its_json(copy: Path) -> None:
    model = runtime.load(copy)
    details = model.interpreter.get_input_details()[0]
    assert details["shape"].tolist() == model.card["input"]["shape"]
    assert details["quantization"] == pytest.approx(
        (model.card["input"]["scale"], model.card["input"]["zero_point"])
    )
    assert len(model.card["labels"]) == 8
    assert len(model.card["labels"]) + len(model.card["eyes"]) == model.card["output"]["shape"][1]


def test_json_of_another_file_is_refused(copy: Path) -> None:
    path = copy.with_name("expression.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"sha256": "0" * 64}))
    with pytest.raises(BadDataError, match="sha256 differs"):
        runtime.load(copy)


def test_json_that_names_other_outputs_is_refused(copy: Path) -> None:
    path = copy.with_name("expression.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"eyes": ["open", "closed"]}))
    with pytest.raises(BadDataError, match=r"11 outputs; expression\.json names 10 labels and eyes"):
        runtime.load(copy)


def test_a_truncated_model_is_refused(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[:1000])
    with pytest.raises(BadDataError, match=r"expression_int8\.tflite"):
        runtime.load(copy)


def test_a_model_without_its_json_is_refused(copy: Path) -> None:
    copy.with_name("expression.json").unlink()
    with pytest.raises(BadDataError, match="belongs beside"):
        runtime.load(copy)
