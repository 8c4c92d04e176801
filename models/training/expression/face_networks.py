"""Teachers that have seen many faces: published networks of face recognition, to be taught expressions.

They are too large for a Pi and never shipped: the small network learns from their opinions.

* ``face_residual``: King 2017, `dlib_face_recognition_resnet_model_v1`, in the public domain (CC0), as npm's
  @vladmandic/face-api (MIT) carries it: `model/face_recognition_model-weights_manifest.json`.
* ``face_mobile``: the MobileNet (Howard et al. 2017) of HSE FaceRes (Savchenko 2019, Apache 2.0; trained on
  VGGFace2), as npm's @vladmandic/human (MIT) carries it: `models/faceres.json`.
"""

import copy
from pathlib import Path
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.errors import BadDataError
from models.training.expression.published import fit_normalisations, read_weights

MEAN_RGB = (122.782, 117.001, 104.298)  # subtracted by the publisher before dividing by 255 in place of 256
STAGES = (
    ("32", 32, 3, False),
    ("64", 64, 3, True),
    ("128", 128, 2, True),
    ("256", 256, 2, True),
)  # name, channels, plain blocks, does a block that halves the side come first
MOBILE = (
    *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)),
    *((512, 1),) * 5,
    *((1024, 2), (1024, 1)),
)  # channels and stride of the separable convolutions
GREY = 0.45
"""About the mean of a face, subtracted from the input."""


class Layer(nn.Module):
    """Convolution and normalisation of ``face_residual``, without activation."""

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
        x = functional.max_pool2d(functional.relu(self.conv32_down(x - GREY)), 3, 2)
        for name in self.names:
            x = self.get_submodule(name)(x)
        return self.head(x)

    def fill(self, weights: dict[str, np.ndarray]) -> None:
        """Put the published weights in, for normalisations by mean 0 and variance 1. Raises KeyError."""
        for path, layer in self.named_modules():
            if isinstance(layer, Layer):
                name = path.replace(".", "/")
                kernel = torch.from_numpy(weights[f"{name}/conv/filters"]).permute(3, 2, 0, 1)
                bias = torch.from_numpy(weights[f"{name}/conv/bias"])
                if layer.conv.in_channels == 1:
                    kernel, bias = _grey(kernel, bias, tuple(mean / 255 for mean in MEAN_RGB))
                scale = torch.from_numpy(weights[f"{name}/scale/weights"])
                offset = torch.from_numpy(weights[f"{name}/scale/biases"]) + scale * bias
                _put(layer.conv, layer.norm, kernel, scale, offset)


class _Step(nn.Module):
    """Convolution, normalisation and activation of ``face_mobile``."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        # TensorFlow's "same": where a layer halves an even side, the padding is at the far end only
        padding = 1 if kernel == 3 and stride == 1 else 0
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu6(self.norm(self._convolved(x)))

    def _convolved(self, x: Tensor) -> Tensor:
        halves, depthwise = self.conv.stride == (2, 2), self.conv.groups > 1
        if halves and depthwise and self.training:
            # the same, by leaving out rows and columns of the whole: on a CPU the way back through a halving
            # depthwise convolution takes so long that the network trains 1.2 times as fast like this
            whole = functional.conv2d(x, self.conv.weight, padding=1, groups=self.conv.groups)
            return whole[:, :, 1::2, 1::2].contiguous(memory_format=torch.channels_last)
        return self.conv(functional.pad(x, (0, 1, 0, 1)) if halves else x)


class FaceMobile(nn.Module):
    """Input ``[N, 1, S, S]`` float32 in 0..1, output ``[N, classes]`` logits; 3.2 M parameters.

    S is 96, or 128 and 160 as ``face_mobile_128`` and ``face_mobile_160``: nearer to the 224 of its
    publisher, and far better for it (a ridge regression on its untouched features is right for .60, .73 and
    .76 of 1,600 PublicTest rows).
    """

    fixed = 0
    """How many of the first steps :meth:`fix` took out of training."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        steps, inputs = [_Step(1, 32, 3, 2)], 32
        for outputs, stride in MOBILE:
            steps += [_Step(inputs, inputs, 3, stride, groups=inputs), _Step(inputs, outputs, 1)]
            inputs = outputs
        self.steps = nn.Sequential(*steps)
        self.head = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.4), nn.Linear(inputs, classes)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = x - GREY
        if self.training and self.fixed:
            with torch.no_grad():
                x = self.fused[0](x)
            return self.head(self.steps[self.fixed :](x))
        return self.head(self.steps(x))

    def fix(self, count: int) -> None:
        """Leave the first ``count`` steps as they are; their large maps take half the time of an epoch.

        They are fused, so call it after the weights are in and the network is where it will be trained.
        """
        from torch.fx.experimental.optimization import fuse  # noqa: PLC0415 (it warns of its own use of PyTorch)

        self.fixed = count
        first = self.steps[:count].requires_grad_(False)
        self.fused = (fuse(copy.deepcopy(first).eval()),)  # a tuple, so that it is no part of the weights

    def train(self, mode: bool = True) -> Self:
        super().train(mode)
        self.steps[: self.fixed].eval()
        return self

    def fill(self, weights: dict[str, np.ndarray]) -> None:
        """Put the published weights in, for normalisations by mean 0 and variance 1. Raises KeyError."""
        names = ["conv1"] + [f"conv_{kind}_{i + 1}" for i in range(len(MOBILE)) for kind in ("dw", "pw")]
        for name, step in zip(names, self.steps, strict=True):
            offset = torch.from_numpy(weights[f"{name}_bn/batchnorm_1/sub"])
            if step.conv.groups > 1:
                kernel = torch.from_numpy(weights[f"{name}/depthwise_kernel"]).permute(2, 3, 0, 1)
                scale = torch.from_numpy(weights[f"{name}_bn/batchnorm_1/mul"])
            else:
                kernel = torch.from_numpy(weights[f"{name}/convolution/merged_input"]).permute(3, 2, 0, 1)
                scale = torch.ones_like(offset)
            if step.conv.in_channels == 1:
                kernel, offset = _grey(255 * kernel, offset, (GREY, GREY, GREY))
            _put(step.conv, step.norm, kernel, scale, offset)


def load(network: FaceResidual | FaceMobile, path: Path, faces: np.ndarray, side: int) -> str:
    """Put the published weights in; returns where they came from.

    :param path: the JSON of the package that names the weights
    :param faces: uint8 ``[N, 48, 48]``, some hundred, to fit normalisations to
    :raises BadDataError: missing, truncated, or of another network
    """
    try:
        network.fill(read_weights(path))
    except (KeyError, RuntimeError) as error:
        raise BadDataError(f"{path}: not the weights of {type(network).__name__} ({error})") from None
    fit_normalisations(network, faces, side)
    return f"face recognition's weights from {path.name}"


def _grey(kernel: Tensor, bias: Tensor, means: tuple[float, ...]) -> tuple[Tensor, Tensor]:
    """A first layer for colours less ``means`` as one for a grey picture less :data:`GREY`."""
    shift = torch.tensor([GREY - mean for mean in means]).view(1, -1, 1, 1)
    return kernel.sum(1, keepdim=True), bias + (kernel * shift).sum((1, 2, 3))


@torch.no_grad()
def _put(conv: nn.Conv2d, norm: nn.BatchNorm2d, kernel: Tensor, scale: Tensor, offset: Tensor) -> None:
    if kernel.shape != conv.weight.shape:
        raise RuntimeError(f"a layer has shape {tuple(kernel.shape)}, expected {tuple(conv.weight.shape)}")
    conv.weight.copy_(kernel)
    norm.weight.copy_(scale)
    norm.bias.copy_(offset)
