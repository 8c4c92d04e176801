"""Access to TFLite: ai-edge-litert where it is installed, else its predecessor tflite-runtime.

Both have the same ``Interpreter``. The successor is preferred: it has wheels for every supported Python and
runs int8 networks 15 to 20 times faster.
"""

import contextlib
import importlib
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from appliance.errors import ModelError, RuntimeMissingError

log = logging.getLogger(__name__)

_INFO = b"INFO: "
_stderr = threading.Lock()

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

    Raises ModelError, RuntimeMissingError.
    """
    name, interpreter = find_runtime(prefer)
    try:
        with quiet_start():
            opened = interpreter(model_path=str(path), num_threads=threads)
            opened.allocate_tensors()
            opened.invoke()
    except (ValueError, RuntimeError, OSError, SystemError) as error:
        # tflite-runtime raises SystemError when numpy 2 is installed beside it.
        first = str(error).strip().partition("\n")[0]
        raise ModelError(
            f"{path} cannot be loaded by {name}: {first}", "Restore the file from the repository"
        ) from error
    return opened


@contextlib.contextmanager
def quiet_start() -> Iterator[None]:
    """Keep the runtime's INFO lines from standard error; a log at level DEBUG shows them.

    The runtime writes them from C++ and offers no switch. All else written meanwhile appears afterwards.
    """
    with _stderr, contextlib.ExitStack() as back:
        held = os.memfd_create("stderr")
        back.callback(os.close, held)
        real = os.dup(2)
        back.callback(os.close, real)
        os.dup2(held, 2)
        try:
            yield
        finally:
            os.dup2(real, 2)
            os.lseek(held, 0, os.SEEK_SET)
            with os.fdopen(os.dup(held), "rb") as file:
                lines = file.read().splitlines(keepends=True)
            for line in lines:
                if line.startswith(_INFO):
                    log.debug("%s", line.decode(errors="replace").strip())
                else:
                    os.write(2, line)
