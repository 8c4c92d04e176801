"""A teacher that has seen many faces: the residual network of dlib's face recognition, taught expressions.

King 2017, `dlib_face_recognition_resnet_model_v1`, in the public domain (CC0); the weights are those that the
npm package @vladmandic/face-api (MIT) carries in its folder `model`, 8-bit with a scale a tensor. It is
too large for a Pi and never shipped: the small network learns from its opinions.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.errors import BadDataError

MANIFEST = "face_recognition_model-weights_manifest.json"
MEAN_RGB = (122.782, 117.001, 104.298)  # subtracted by the publisher before dividing by 255 in place of 256
STAGES = (
    ("32", 32, 3, False),
    ("64", 64, 3, True),
    ("128", 128, 2, True),
    ("256", 256, 2, True),
)  # name, channels, plain blocks, does a block that halves the side come first


class Layer(nn.Module):
    """Convolution and normalisation, without activation."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> None:
        super().__init__()
        # halving layers pad at the far end only, and only where the side is even: as dlib aligns them
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, 1 if stride == 1 else 0, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        if self.conv.kernel_size == (3, 3) and self.conv.stride == (2, 2):
            x = functional.pad(x, (0, 1 - x.shape[3] % 2, 0, 1 - x.shape[2] % 2))
        return self.norm(self.conv(x))


class _Block(nn.Module):
    def __init__(self, inputs: int, outputs: int, halves: bool) -> None:
        super().__init__()
        self.conv1 = Layer(inputs, outputs, stride=2 if halves else 1)
        self.conv2 = Layer(outputs, outputs)
        self.halves = halves

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv2(functional.relu(self.conv1(x)))
        if self.halves:
            x = functional.avg_pool2d(x, 2)
            x = functional.pad(
                x, (0, y.shape[3] - x.shape[3], 0, y.shape[2] - x.shape[2], 0, y.shape[1] - x.shape[1])
            )
        return functional.relu(x + y)


class FaceResidual(nn.Module):
    """Input ``[N, 1, S, S]`` float32 in 0..1 (S = 96), output ``[N, classes]`` logits; 5.6 M parameters."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.conv32_down = Layer(1, 32, kernel=7, stride=2)
        inputs = 32
        self.names: list[str] = []
        for stage, channels, plain, halves in STAGES:
            if halves:
                self._add(f"conv{stage}_down", _Block(inputs, channels, halves=True))
            for number in range(plain):
                self._add(f"conv{stage}_{number + 1}", _Block(channels, channels, halves=False))
            inputs = channels
        self._add("conv256_down_out", _Block(256, 256, halves=True))
        self.head = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.4), nn.Linear(256, classes)
        )

    def _add(self, name: str, block: nn.Module) -> None:
        self.names.append(name)
        self.add_module(name, block)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.max_pool2d(functional.relu(self.conv32_down(x - 0.45)), 3, 2)
        for name in self.names:
            x = self.get_submodule(name)(x)
        return self.head(x)


def load(network: FaceResidual, folder: Path, faces: np.ndarray) -> str:
    """Put the published weights in; returns where they came from.

    The publisher has a fixed scale and offset a channel where training needs a normalisation. Each is set
    so that for ``faces`` it does what the fixed numbers did.

    :param folder: the package's folder ``model``
    :param faces: uint8 ``[N, 48, 48]``, some hundred
    :raises BadDataError: missing, truncated, or of another network
    """
    weights = read_weights(folder)
    for name, layer in network.named_modules():
        if isinstance(layer, Layer):
            fill(layer, name.replace(".", "/"), weights, folder)
    hooks = [
        layer.norm.register_forward_pre_hook(_normalise)
        for layer in network.modules()
        if isinstance(layer, Layer)
    ]
    network.eval()
    with torch.no_grad():
        x = torch.from_numpy(faces).float().div_(255).unsqueeze(1)
        network(functional.interpolate(x, size=96, mode="bilinear", align_corners=False))
    for hook in hooks:
        hook.remove()
    return "dlib's face network, as published with face-api"


def fill(layer: Layer, name: str, weights: dict[str, np.ndarray], folder: Path) -> None:
    """Put the published filters, scale and offset in, for a normalisation by mean 0 and variance 1."""
    filters = weights.get(f"{name}/conv/filters")
    if filters is None:
        raise BadDataError(
            f"{folder}: no weights {name}/conv/filters; expected face-api's face_recognition_model"
        )
    kernel = torch.from_numpy(filters).permute(3, 2, 0, 1)
    bias = torch.from_numpy(weights[f"{name}/conv/bias"])
    if layer.conv.in_channels == 1:  # grey: all three colours are the same
        shift = torch.tensor([0.45 - mean / 255 for mean in MEAN_RGB]).view(1, 3, 1, 1)
        bias = bias + (kernel * shift).sum((1, 2, 3))
        kernel = kernel.sum(1, keepdim=True)
    if kernel.shape != layer.conv.weight.shape:
        raise BadDataError(
            f"{folder}: {name} has shape {tuple(kernel.shape)}, expected {tuple(layer.conv.weight.shape)}"
        )
    scale = torch.from_numpy(weights[f"{name}/scale/weights"])
    with torch.no_grad():
        layer.conv.weight.copy_(kernel)
        layer.norm.weight.copy_(scale)
        layer.norm.bias.copy_(torch.from_numpy(weights[f"{name}/scale/biases"]) + scale * bias)


def _normalise(norm: nn.Module, given: tuple[Tensor]) -> None:
    """Given the input of a normalisation whose weight and bias are plain numbers: make them relative."""
    assert isinstance(norm, nn.BatchNorm2d)
    variance, mean = torch.var_mean(given[0], (0, 2, 3), correction=0)
    norm.running_mean, norm.running_var = mean.clone(), variance.clone()
    norm.bias.add_(norm.weight * mean)
    norm.weight.mul_((variance + norm.eps).sqrt())


def read_weights(folder: Path) -> dict[str, np.ndarray]:
    """All tensors by name, float32."""
    try:
        manifest: list[dict[str, Any]] = json.loads((folder / MANIFEST).read_text())
        raw = b"".join((folder / path).read_bytes() for group in manifest for path in group["paths"])
        tensors, start = {}, 0
        for entry in (entry for group in manifest for entry in group["weights"]):
            stored = entry.get("quantization", {"dtype": entry["dtype"], "scale": 1.0, "min": 0.0})
            count = int(np.prod(entry["shape"]))
            values = np.frombuffer(raw, stored["dtype"], count, start)
            start += values.nbytes
            tensors[entry["name"]] = (
                (values * np.float32(stored["scale"]) + np.float32(stored["min"]))
                .astype(np.float32)
                .reshape(entry["shape"])
            )
    except OSError as error:
        raise BadDataError(
            f"{folder}: {error.strerror}; expected {MANIFEST} and the files it names"
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise BadDataError(f"{folder}: damaged or another format ({error})") from None
    return tensors
