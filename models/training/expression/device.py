"""Where training runs, and in which precision."""

import contextlib

import torch

from models.training.errors import TrainingError


def choose_device(name: str) -> torch.device:
    """``auto`` takes a GPU where there is one.

    :raises TrainingError: cuda asked for and not there
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise TrainingError("--device cuda: no CUDA GPU is usable here; use --device cpu or auto")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def fast_precision(device: torch.device) -> contextlib.AbstractContextManager[object]:
    """bfloat16 where the hardware multiplies it, else float32.

    A processor without such instructions does it by hand, five times slower than float32 (measured: 8 against
    37 pictures a second of wide_residual).
    """
    if device.type == "cpu" and not torch.cpu._is_avx512_bf16_supported():  # there is no public name
        return contextlib.nullcontext()
    return torch.autocast(device.type, torch.bfloat16)
