"""From a PyTorch network to a full-integer TFLite file: int8 in, int8 out, NHWC.

Way: fold batch normalisation, export with litert-torch, quantize after training (weights per channel,
activations per tensor, 8 bit) with ai-edge-quantizer on calibration samples. The file is written whole or not
at all.
"""

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.fx.experimental.optimization import fuse

Ranges = dict[str, dict[str, np.ndarray]]  # tensor name -> "min" and "max"
COVERED = 0.995  # share of the calibration samples whose range a tensor covers in full


def float_tflite(network: nn.Module, sample: np.ndarray, path: Path) -> None:
    """Export ``network`` (NCHW in) as a float TFLite file that takes NHWC input shaped like ``sample``.

    :param sample: float32 ``[1, H, W, C]``; its shape is the file's fixed input shape.
    """
    import litert_torch  # noqa: PLC0415 (seconds to import)

    fused = fuse(network.eval().float().cpu())
    wrapped = litert_torch.to_channel_last_io(fused, args=[0]).eval()
    with contextlib.redirect_stdout(sys.stderr):  # its progress is no part of what a program reads from us
        litert_torch.convert(wrapped, (torch.from_numpy(sample),)).export(str(path))


def convert_int8(
    network: nn.Module,
    samples: Iterable[np.ndarray],
    target: Path,
    input_range: tuple[float, float] = (0.0, 1.0),
    output_range: tuple[float, float] | None = None,
) -> None:
    """Write ``network`` as a fully int8 TFLite file to ``target``, atomically.

    :param network: eval-mode module, input ``[1, C, H, W]`` float32; one tensor out, or a tuple of tensors.
    :param samples: a few hundred calibration inputs, float32 ``[1, H, W, C]``, in the range the network was
        trained on, dark and bright ones among them.
    :param input_range: the real values of input -128 and 127; (0, 1) gives scale 1/255 and zero point -128.
    :param output_range: the same for the outputs, which saturate beyond; None takes it from the samples.
    """
    from ai_edge_quantizer import quantizer, recipe  # noqa: PLC0415

    samples = list(samples)
    with tempfile.TemporaryDirectory() as folder:
        float_path = Path(folder) / "float.tflite"
        int8_path = Path(folder) / "int8.tflite"
        float_tflite(network, samples[0], float_path)
        work = quantizer.Quantizer(str(float_path))
        work.load_quantization_recipe(recipe.static_wi8_ai8())
        ranges = _calibrate(work, float_path, samples)
        _fix_ranges(ranges, float_path, input_range, output_range)
        work.quantize(ranges).export_model(str(int8_path))
        write_atomically(target, int8_path.read_bytes())


def _calibrate(work: Any, path: Path, samples: list[np.ndarray]) -> Ranges:
    """The range of every tensor over the samples.

    The quantizer's own calibration averages the samples' ranges, so that whatever is stronger than the
    average saturates. Measured on an expression network: labels like the float network's rose from .948 to
    .986 with the range that covers nearly all samples.
    """
    from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415

    interpreter = Interpreter(model_path=str(path))
    (signature, names), *_ = interpreter.get_signature_list().items()
    with contextlib.redirect_stderr(io.StringIO()):  # a progress bar for every sample
        each = [work.calibrate({signature: [{names["inputs"][0]: sample}]}) for sample in samples]
    return {
        name: {
            "min": np.quantile([one[name]["min"] for one in each], 1 - COVERED, axis=0).astype(np.float32),
            "max": np.quantile([one[name]["max"] for one in each], COVERED, axis=0).astype(np.float32),
        }
        for name in each[0]
    }


def _fix_ranges(
    ranges: Ranges,
    path: Path,
    input_range: tuple[float, float],
    output_range: tuple[float, float] | None,
) -> None:
    """Put what is known about inputs and outputs in place of what the samples showed."""
    from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415

    interpreter = Interpreter(model_path=str(path))
    known = [(details, input_range) for details in interpreter.get_input_details()]
    if output_range:
        known += [(details, output_range) for details in interpreter.get_output_details()]
    for details, (low, high) in known:
        tensor = ranges[details["name"]]
        tensor["min"], tensor["max"] = np.full_like(tensor["min"], low), np.full_like(tensor["max"], high)


def write_atomically(target: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)  # noqa: PTH101 (mkstemp's 0600 would hide it from the service)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
