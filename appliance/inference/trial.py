"""Trial of a network in a process of its own: the TFLite runtime crashes on some that are broken inside.

``trial RUNTIME FILE`` loads the network and runs it; exit 0 if that works.
"""

import importlib
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from appliance.errors import ModelError

TRIAL_SECONDS = 60.0
"""A small board imports the runtime in 3 s; more is a network that does not end."""
TRIAL_MB = 200
"""Memory on top of the runtime's own. The networks that are shipped take 8 MB."""
PATTERNS = (bytes([128]), bytes([127]), bytes(range(256)))
"""Bytes that inputs are filled with: the lowest and the highest of int8, and all of them."""
_PROGRAM = (
    f"import runpy, sys; sys.path.append({str(Path(__file__).parents[2])!r}); "
    f"runpy.run_module({__name__!r}, run_name='__main__')"
)
"""Finds this package where it is not installed too, and nothing else beside it before the libraries."""


def try_network(path: Path, runtime: str, hint: str) -> None:
    """Load and run the network elsewhere, bounded in time and memory. Raises ModelError with ``hint``.

    ``runtime``: the module of :data:`appliance.inference.runtime.RUNTIMES` to load it with.
    """
    command = [sys.executable, "-P", "-c", _PROGRAM, runtime, str(path)]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=TRIAL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ModelError(f"{path} did not run within {TRIAL_SECONDS:g} s", hint) from None
    except OSError as error:
        raise ModelError(f"{path} cannot be tried: {error.strerror}", hint) from error
    if done.returncode:
        raise ModelError(f"{path} {_reason(done.returncode, done.stderr, runtime)}", hint)


def _reason(status: int, output: bytes, runtime: str) -> str:
    """Return what became of the network, as a predicate."""
    name = runtime.partition(".")[0]
    if status < 0:
        return f"crashes {name} ({signal.Signals(-status).name})"
    last = output.decode(errors="replace").strip().rpartition("\n")[2]
    return f"cannot be loaded by {name}: {last}"


def _run(opened: Any) -> None:
    opened.allocate_tensors()
    for pattern in PATTERNS:
        for tensor in opened.get_input_details():
            kind = np.dtype(tensor["dtype"])
            held = int(np.prod(tensor["shape"], dtype=np.int64)) * kind.itemsize
            filled = np.resize(np.frombuffer(pattern, np.uint8), held).view(kind)
            opened.set_tensor(tensor["index"], filled.reshape(tensor["shape"]))
        opened.invoke()


def _limit(megabytes: int) -> None:
    """Allow ``megabytes`` on top of what is mapped now, and :data:`TRIAL_SECONDS`; leave no core file."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    most = pages * resource.getpagesize() + megabytes * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (int(TRIAL_SECONDS), int(TRIAL_SECONDS)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main() -> int:
    interpreter = importlib.import_module(sys.argv[1]).Interpreter
    _limit(TRIAL_MB)
    try:
        _run(interpreter(model_path=sys.argv[2], num_threads=1))
    except Exception as error:  # whatever the runtime makes of it
        sys.stderr.write(str(error).strip().partition("\n")[0] or type(error).__name__)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
