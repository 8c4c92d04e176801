"""CPU time of one face, as a ratio to mini-Xception in the same run on the same machine."""

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from models.training.expression import networks, runtime
from models.training.int8 import float_tflite

ROUNDS, CALLS = 40, 10
DOT_PRODUCTS = {"avx512_vnni", "avx_vnni", "amx_int8", "asimddp"}
"""What /proc/cpuinfo calls instructions that add up products of int8: without them it is no faster than float
(Raspberry Pi 5: with, 3, 4 and Zero 2 W: without)."""


def against_mini_xception(model: Path) -> dict[str, float | bool]:
    """Milliseconds of CPU a face, one thread, best of many short rounds taken in turns.

    mini-Xception is the float TFLite file its users run; its weights do not matter for its speed.
    """
    with tempfile.TemporaryDirectory() as folder:
        yardstick = Path(folder) / "mini_xception.tflite"
        side = networks.side_of("mini_xception")
        float_tflite(networks.build("mini_xception", 7), np.zeros((1, side, side, 1), np.float32), yardstick)
        runners = [runtime.interpreter(path) for path in (model, yardstick)]
        best = [_cpu_ms(runner) for runner in runners]
        for _ in range(ROUNDS):
            best = [min(ms, _cpu_ms(runner)) for ms, runner in zip(best, runners, strict=True)]
    return {
        "int8_dot_products": has_dot_products(),
        "cpu_ms_per_face": round(best[0], 3),
        "mini_xception_cpu_ms": round(best[1], 3),
        "ratio_to_mini_xception": round(best[0] / best[1], 2),
    }


def has_dot_products(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether this processor has one of :data:`DOT_PRODUCTS`; the ratio depends on it most of all."""
    return not DOT_PRODUCTS.isdisjoint(cpuinfo.read_text().split())


def _cpu_ms(runner: Any) -> float:
    start = time.process_time()
    for _ in range(CALLS):
        runner.invoke()
    return (time.process_time() - start) / CALLS * 1000
