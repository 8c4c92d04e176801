"""Published weights of networks that know faces, read from TensorFlow.js' format into ours."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.errors import BadDataError


def read_weights(path: Path) -> dict[str, np.ndarray]:
    """All tensors by name, float32, from a weights manifest or a graph model and the files it names.

    :raises BadDataError: missing, truncated, or of another format
    """
    try:
        stored = json.loads(path.read_text())
        groups: list[dict[str, Any]] = stored if isinstance(stored, list) else stored["weightsManifest"]
        raw = b"".join((path.parent / name).read_bytes() for group in groups for name in group["paths"])
        tensors, start = {}, 0
        for entry in (entry for group in groups for entry in group["weights"]):
            coded = entry.get("quantization", entry)
            values = np.frombuffer(raw, coded["dtype"], int(np.prod(entry["shape"])), start)
            start += values.nbytes
            floats = values * np.float32(coded.get("scale", 1)) + np.float32(coded.get("min", 0))
            tensors[entry["name"]] = floats.astype(np.float32).reshape(entry["shape"])
    except OSError as error:
        raise BadDataError(
            f"{path}: {error.strerror}; expected a TensorFlow.js manifest and the files it names"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadDataError(f"{path}: damaged or another format ({error})") from None
    return tensors


def fit_normalisations(network: nn.Module, faces: np.ndarray, side: int) -> None:
    """Make the normalisations of ``network`` trainable without changing what it computes.

    A published network has a fixed scale and offset a channel (here: weight and bias, mean 0 and variance 1)
    where training needs a normalisation. Each is set so that for ``faces`` it does what the fixed numbers
    did. Leaves the network in evaluation mode.

    :param faces: uint8 ``[N, 48, 48]``, some hundred
    """
    hooks = [norm.register_forward_pre_hook(_make_relative) for norm in _normalisations(network)]
    network.eval()
    with torch.no_grad():
        views = torch.from_numpy(faces).float().div_(255).unsqueeze(1)
        network(functional.interpolate(views, size=side, mode="bilinear", align_corners=False))
    for hook in hooks:
        hook.remove()


def normalisations_are_folded(network: nn.Module) -> bool:
    """Whether they are part of the convolutions: no channel has a mean of its own."""
    return not any(norm.running_mean.any() for norm in _normalisations(network))


def _normalisations(network: nn.Module) -> Iterator[nn.BatchNorm2d]:
    return (module for module in network.modules() if isinstance(module, nn.BatchNorm2d))


def _make_relative(norm: nn.BatchNorm2d, given: tuple[Tensor]) -> None:
    variance, mean = torch.var_mean(given[0], (0, 2, 3), correction=0)
    norm.running_mean, norm.running_var = mean.clone(), variance.clone()
    norm.bias.add_(norm.weight * mean)
    norm.weight.mul_((variance + norm.eps).sqrt())
