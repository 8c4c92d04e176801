"""A network that crashes the runtime, hangs it or takes all memory is refused, and the program goes on."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from appliance.errors import ModelError
from appliance.inference import runtime, trial
from appliance.inference.folder import models_folder

NETWORK = models_folder() / "expression_int8.tflite"


def a_runtime(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> str:
    """A runtime whose networks do ``body`` when they run; its module's name."""
    (folder / "odd_runtime.py").write_text(
        "import os, time\n"
        "class Interpreter:\n"
        "    def __init__(self, **_): pass\n"
        "    def allocate_tensors(self): pass\n"
        "    def get_input_details(self): return []\n"
        f"    def invoke(self): {body}\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), *filter(None, sys.path)]))
    return "odd_runtime"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("os.kill(os.getpid(), 11)", r"crashes odd_runtime \(SIGSEGV\)"),
        ("os.abort()", r"crashes odd_runtime \(SIGABRT\)"),
        ("bytearray(10**9)", "cannot be loaded by odd_runtime: MemoryError"),
        ("time.sleep(100)", "did not run within 2 s"),
    ],
)
def test_a_network_that_crashes_or_hangs_its_process_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, words: str
) -> None:
    monkeypatch.setattr(trial, "TRIAL_SECONDS", 2.0)
    with pytest.raises(ModelError, match=words):
        trial.try_network(tmp_path / "x.tflite", a_runtime(tmp_path, monkeypatch, body), "Restore it")


def test_only_a_network_that_is_not_shipped_is_tried_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Path] = []
    monkeypatch.setattr(runtime, "try_network", lambda path, *_: tried.append(path))
    copy = Path(shutil.copy(NETWORK, tmp_path))
    runtime.open_interpreter(copy)
    assert tried == []
    monkeypatch.setattr(runtime, "SHIPPED", frozenset())
    runtime.open_interpreter(copy)
    assert tried == [copy]


@pytest.mark.slow
def test_a_network_of_ones_own_passes_the_trial() -> None:
    trial.try_network(NETWORK, runtime.RUNTIMES[0], "Restore it")
