"""Access to TFLite: ai-edge-litert where it is installed, else its predecessor tflite-runtime.

Both have the same ``Interpreter``. The successor is preferred: it has wheels for every supported Python and
runs int8 networks 15 to 20 times faster.
"""

import hashlib
import importlib
from pathlib import Path
from typing import Any

from appliance.errors import ModelError, RuntimeMissingError
from appliance.inference.model_file import MAX_MODEL_BYTES
from appliance.inference.shipped import SHIPPED
from appliance.inference.trial import try_network
from appliance.storage.regular_file import read_regular
from appliance.system.stderr_filter import without_lines

_INFO_PREFIX = b"INFO: "

RUNTIMES = ("ai_edge_litert.interpreter", "tflite_runtime.interpreter")


def find_runtime(prefer: str | None = None) -> tuple[str, Any]:
    """Return name and ``Interpreter`` class of the first runtime that can be imported.

    ``prefer`` is the first word of one of :data:`RUNTIMES`. Raises RuntimeMissingError.
    """
    failures = []
    for module in RUNTIMES:
        name = module.partition(".")[0]
        if prefer is not None and name != prefer:
            continue
        try:
            return name, importlib.import_module(module).Interpreter
        except (ImportError, OSError) as error:  # OSError: a wheel for another C library
            failures.append(f"{name}: {error}")
    raise RuntimeMissingError(
        f"No TFLite runtime can be loaded ({'; '.join(failures) or prefer})",
        "Run: pip install ai-edge-litert",
    )


def open_interpreter(path: Path, threads: int = 1, prefer: str | None = None) -> Any:
    """Return an interpreter that has run once: some broken networks load, and fail only then.

    A network that is not :data:`SHIPPED` is tried in another process first, as it may crash this one.
    Raises ModelError, RuntimeMissingError.
    """
    name, interpreter = find_runtime(prefer)
    hint = "Restore the file from the repository"
    try:
        if not _is_shipped(path):
            try_network(path, next(module for module in RUNTIMES if module.startswith(name)), hint)
        with without_lines(_INFO_PREFIX):
            opened = interpreter(model_path=str(path), num_threads=threads)
            opened.allocate_tensors()
            opened.invoke()
    except (ValueError, RuntimeError, OSError, SystemError) as error:
        # tflite-runtime raises SystemError when numpy 2 is installed beside it.
        first = str(error).strip().partition("\n")[0]
        raise ModelError(f"{path} cannot be loaded by {name}: {first}", hint) from error
    return opened


def _is_shipped(path: Path) -> bool:
    return hashlib.sha256(read_regular(path, MAX_MODEL_BYTES)).hexdigest() in SHIPPED
