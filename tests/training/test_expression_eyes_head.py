"""Outputs for eyes beside those of a network that has none: nothing else of it changes."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs PyTorch: models/training/requirements.txt")
pytest.importorskip("ai_edge_litert.schema_py_generated", reason="the file's tables: litert")

from models.training.__main__ import main
from models.training.expression import runtime

pytestmark = pytest.mark.filterwarnings("default")  # the converter's own libraries warn

MODEL = Path(__file__).parents[2] / "models" / "expression_int8.tflite"
FACES = np.random.default_rng(0).integers(0, 256, (12, 48, 48), np.uint8)


def test_new_rows_leave_the_other_outputs_as_they_are_bit_by_bit(tmp_path: Path) -> None:
    from models.training.expression import eyes_head  # noqa: PLC0415 (its libraries warn)

    before = runtime.load(MODEL)
    seen = runtime.last_layer_input(runtime.interpreter(MODEL, keep_all=True))
    assert seen().shape == (144,)
    rng = np.random.default_rng(1)
    weight, bias = rng.normal(0, 0.1, (3, 144)).astype(np.float32), np.array([1, 0, -1], np.float32)
    wider = tmp_path / "wider.tflite"
    wider.write_bytes(
        eyes_head.with_rows(MODEL.read_bytes(), weight, bias, rng.random((50, 144), np.float32))
    )
    after = runtime.Int8Model(runtime.interpreter(wider), before.card)
    old, new = before.outputs(FACES), after.outputs(FACES)
    assert new.shape[1] == old.shape[1] + 3
    assert np.array_equal(new[:, : old.shape[1]], old)


def test_a_regression_tells_states_apart_that_can_be_told_apart() -> None:
    from models.training.expression import eyes_head  # noqa: PLC0415 (its libraries warn)

    rng = np.random.default_rng(2)
    states = np.eye(3, dtype=np.float32)[rng.integers(0, 3, 600)]
    features = np.concatenate([states * 4, np.zeros((600, 2), np.float32)], 1)
    features += rng.normal(0, 0.3, features.shape).astype(np.float32)
    weight, bias = eyes_head.fitted(features, states)
    guess = (features @ weight.T + bias).argmax(1)
    assert (guess == states.argmax(1)).mean() > 0.95


def test_a_network_that_has_eyes_already_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["add-eyes", "--views", str(tmp_path), "--out", str(tmp_path / "new_int8.tflite")]
    assert main([*command, "--model", str(MODEL)]) == 2
    assert "it has outputs for eyes already" in capsys.readouterr().err
    assert not list(tmp_path.iterdir()), "nothing half-written"
