"""The runtimes that run a network."""

import sys
from collections.abc import Sequence

import numpy as np
import pytest

from appliance.errors import RuntimeMissingError
from appliance.inference.folder import models_folder
from appliance.inference.runtime import find_runtime
from appliance.pipeline.judge import ExpressionModel
from appliance.records.frame import Frame
from tests.support.scene_frames import faces_at


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
