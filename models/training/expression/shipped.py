"""The shipped int8 file as a checkpoint: training can go on from it, or be taught by it, where the files of
the run that made it are gone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from models.training.errors import BadDataError
from models.training.expression import checkpoint, narrow, networks, runtime

LAYERS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
"""Operators that have weights; a convolution of one channel is written as a depthwise one."""


def load(path: Path) -> checkpoint.Checkpoint:
    """A checkpoint file as it is; of a ``*_int8.tflite`` its weights, in float.

    The normalisations are part of the convolutions there: weight 1, mean 0, variance 1. Whoever trains on
    fits them anew (:func:`published.fit_normalisations`).

    :raises BadDataError: missing, damaged, or a network this version does not build
    """
    if path.suffix != ".tflite":
        return checkpoint.load(path)
    model = runtime.load(path)
    facts = model.card["training"]
    classes = len(model.card["labels"]) + len(model.card.get("eyes", ()))
    if facts["architecture"] not in {*networks.RESIDUAL, *narrow.NARROW}:
        raise BadDataError(f"{path}: weights of {facts['architecture']} can't be read back from int8")
    network = networks.build(facts["architecture"], classes)
    _fill(network, list(_weights(model.interpreter)), path)
    with torch.no_grad():  # what `convert` added to hold "happy" back is no part of what was learned
        offsets = torch.tensor(facts.get("offsets", [0.0] * classes))
        network.classifier.bias[: len(offsets)] -= offsets
    if facts["architecture"] in networks.RESIDUAL:  # eyes were added to it: see eyes_head
        classes = len(model.card["labels"])
        network = _without_eyes(network, facts["architecture"], classes)
    state = network.state_dict()
    settings = {"labels": facts["labels"]}
    return checkpoint.Checkpoint(facts["architecture"], classes, settings, state, state, {}, [])


def _without_eyes(network: nn.Module, architecture: str, classes: int) -> nn.Module:
    """The network that learned the expressions, as others go on from it."""
    bare = networks.build(architecture, classes)
    state = network.state_dict()
    for name in ("classifier.weight", "classifier.bias"):
        state[name] = state[name][:classes]
    bare.load_state_dict(state)
    return bare


def _weights(interpreter: Any) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Weights (output channel first) and biases of each layer in the order they run, float32."""
    details = {tensor["index"]: tensor for tensor in interpreter.get_tensor_details()}
    for operator in interpreter._get_ops_details():  # the runtime has no public list
        if operator["op_name"] in LAYERS:
            _, *constants = operator["inputs"]
            weights, bias = (_floats(interpreter, details[index]) for index in constants[:2])
            yield (np.moveaxis(weights, -1, 0) if operator["op_name"] == LAYERS[1] else weights), bias


def _floats(interpreter: Any, tensor: dict[str, Any]) -> np.ndarray:
    stored = interpreter.get_tensor(tensor["index"]).astype(np.float32)
    scales = tensor["quantization_parameters"]["scales"]
    shape = [1] * stored.ndim
    shape[tensor["quantization_parameters"]["quantized_dimension"]] = -1
    return stored * scales.reshape(shape)


@torch.no_grad()
def _fill(network: nn.Module, weights: list[tuple[np.ndarray, np.ndarray]], path: Path) -> None:
    modules = list(network.modules())
    layers = [layer for layer in modules if isinstance(layer, nn.Conv2d | nn.Linear)]
    if len(layers) != len(weights):
        raise BadDataError(f"{path}: {len(weights)} layers, its architecture has {len(layers)}")
    for layer, (weight, bias) in zip(layers, weights, strict=True):
        values = torch.from_numpy(weight)
        if isinstance(layer, nn.Conv2d):
            values = values.reshape(layer.out_channels, *layer.kernel_size, -1).permute(0, 3, 1, 2)
        if values.shape != layer.weight.shape:
            raise BadDataError(
                f"{path}: a layer of shape {tuple(values.shape)}, expected {tuple(layer.weight.shape)}"
            )
        layer.weight.copy_(values)
        _offset(modules[modules.index(layer) + 1] if layer.bias is None else layer, torch.from_numpy(bias))


def _offset(holder: nn.Module, bias: Tensor) -> None:
    """Where a layer's bias goes: into the normalisation that follows it, or into the layer itself."""
    holder.bias.copy_(bias)  # type: ignore[operator, union-attr]
