"""Networks by name: the shipped one, and the baselines it is compared with.

The shipped one is a small residual CNN for 48x48 grey faces. Plain 3x3 convolutions with batch
normalisation and ReLU were chosen because they quantize to int8 with little loss, train fast on a CPU in
bfloat16 and run on XNNPACK's int8 dot products on a Pi.
"""

import importlib.util
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from models.training.errors import BadDataError
from models.training.expression import baselines, face_networks, narrow
from models.training.expression.checkpoint import Checkpoint

NAMES = (
    *narrow.NARROW,
    "small_residual",
    "wide_residual",
    "deep_residual",
    "slim_residual",
    "face_residual",
    "face_mobile",
    "face_mobile_128",
    "face_mobile_160",
    "four_blocks",
    "vgg16",
    "resnet50",
    "mini_xception",
)
SIDES = {
    "mini_xception": 64,
    "face_residual": 96,
    "face_mobile": 96,
    "face_mobile_128": 128,
    "face_mobile_160": 160,
}
"""Side of the input where it is not 48."""
TRANSFER = {"vgg16": (baselines.VGG16, 512), "resnet50": (baselines.ResNet50, 2048)}


def convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """3x3 convolution and batch normalisation, without activation."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs))


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions around an identity (He et al. 2016, basic block)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = convolution(channels, channels)
        self.second = convolution(channels, channels)
        self.activation = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(x + self.second(self.activation(self.first(x))))


class SmallResidual(nn.Module):
    """Stem at full size, then stages at 1/2, 1/4 and 1/8; global average; one linear layer.

    Input ``[N, 1, S, S]`` float32 in 0..1, output ``[N, classes]`` logits.
    """

    def __init__(
        self,
        classes: int = 8,
        widths: tuple[int, ...] = (16, 32, 64, 128),
        blocks: tuple[int, ...] = (0, 1, 2, 1),
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = [convolution(1, widths[0]), nn.ReLU()]
        layers += [ResidualBlock(widths[0]) for _ in range(blocks[0])]
        for i in range(1, len(widths)):
            layers += [convolution(widths[i - 1], widths[i], stride=2), nn.ReLU()]
            layers += [ResidualBlock(widths[i]) for _ in range(blocks[i])]
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(widths[-1], classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.dropout(self.pool(self.features(x)).flatten(1)))


RESIDUAL = {
    "small_residual": SmallResidual,
    "wide_residual": partial(SmallResidual, widths=(24, 48, 80, 144)),
    "deep_residual": partial(SmallResidual, widths=(24, 48, 80, 144), blocks=(0, 1, 3, 1)),
    "slim_residual": partial(SmallResidual, widths=(16, 28, 52, 104), blocks=(0, 1, 1, 1)),
}
"""Networks that take an input of any side, and so may be trained on small pictures first."""


def build(name: str, classes: int) -> nn.Module:
    """A network with fresh weights, by its name on the command line."""
    if name in narrow.NARROW:
        return narrow.NARROW[name]()
    if name in TRANSFER:
        backbone, features = TRANSFER[name]
        return baselines.Transfer(backbone(), features, classes)
    plain = {
        **RESIDUAL,
        "face_residual": face_networks.FaceResidual,
        "face_mobile": face_networks.FaceMobile,
        "face_mobile_128": face_networks.FaceMobile,
        "face_mobile_160": face_networks.FaceMobile,
        "four_blocks": baselines.FourBlocks,
        "mini_xception": baselines.MiniXception,
    }
    return plain[name](classes)


@torch.no_grad()
def deepen(network: SmallResidual, source: SmallResidual) -> None:
    """Make ``network`` compute what a shallower one of the same widths does: blocks it has more pass on what
    they are given until they learn something (Chen et al. 2016, "Net2Net", arXiv:1511.05641).

    :raises RuntimeError: other widths, or fewer blocks
    """
    theirs = list(source.features)
    for layer in network.features:
        if isinstance(layer, ResidualBlock) and not (theirs and isinstance(theirs[0], ResidualBlock)):
            nn.init.zeros_(layer.second[1].weight)
        else:
            layer.load_state_dict(theirs.pop(0).state_dict())
    if theirs:
        raise RuntimeError(f"{len(theirs)} layers of the shallower network are left over")
    network.classifier.load_state_dict(source.classifier.state_dict())


def side_of(name: str) -> int:
    """Side of the network's square input, pixels."""
    return SIDES.get(name, 48)


def load_backbone(network: nn.Module, name: str, weights: Path | None, faces: np.ndarray) -> str:
    """Put pretrained weights into a network that can have them; return where they came from, for the report.

    A transfer baseline has ImageNet's: from the file given (a torchvision state dict), else through
    torchvision where it is installed and has or can fetch them, else none: it then starts from scratch.

    :param faces: uint8 ``[N, 48, 48]``, to fit normalisations to
    :raises BadDataError: the file is missing, unreadable or of another network
    """
    if isinstance(network, face_networks.FaceResidual | face_networks.FaceMobile) and weights:
        return face_networks.load(network, weights, faces[:512], side_of(name))
    if name not in TRANSFER:
        if weights:
            raise BadDataError(
                f"--weights {weights}: {name} has none; vgg16, resnet50, face_residual and face_mobile have"
            )
        return "from scratch"
    try:
        state, origin = _imagenet_weights(name, weights)
    except LookupError as error:
        return f"from scratch ({error})"
    backbone = network.backbone.state_dict()
    wanted = {key: value for key, value in state.items() if key in backbone}
    if set(wanted) != set(backbone) or any(wanted[key].shape != backbone[key].shape for key in backbone):
        raise BadDataError(f"{weights or name}: not the weights of torchvision's {name}")
    network.backbone.load_state_dict(wanted)
    return origin


def _imagenet_weights(name: str, weights: Path | None) -> tuple[dict[str, Tensor], str]:
    """Return a torchvision state dict, and where it came from.

    :raises BadDataError: the file is missing or unreadable
    :raises LookupError: there is neither a file nor torchvision, or it could not fetch them
    """
    if weights:
        try:
            state = torch.load(weights, map_location="cpu", weights_only=True)
        except Exception as error:  # a damaged file raises whatever its unpickling stumbles over
            raise BadDataError(
                f"{weights}: not readable as PyTorch weights ({str(error).splitlines()[0]})"
            ) from None
        return state, f"ImageNet weights from {weights.name}"
    if not importlib.util.find_spec("torchvision"):
        raise LookupError("no --weights file, torchvision not installed")
    from torchvision import models  # noqa: PLC0415

    try:
        state = models.get_model_weights(name).DEFAULT.get_state_dict(progress=False)
    except OSError as error:
        raise LookupError(f"torchvision could not fetch weights: {error}") from error
    return state, "ImageNet weights from torchvision"


def from_checkpoint(stored: Checkpoint, path: Path) -> nn.Module:
    """The averaged network of a checkpoint, ready to run.

    :raises BadDataError: weights of another architecture than the checkpoint says
    """
    if stored.architecture not in NAMES:
        raise BadDataError(
            f"{path}: architecture {stored.architecture!r} is unknown; one of {', '.join(NAMES)}"
        )
    network = build(stored.architecture, stored.classes)
    try:
        network.load_state_dict(stored.averaged)
    except RuntimeError:
        raise BadDataError(
            f"{path}: its weights do not fit {stored.architecture} as this version builds it"
        ) from None
    return network.eval()
