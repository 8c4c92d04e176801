"""The shipped expression network: a small residual CNN for 48x48 grey faces.

Plain 3x3 convolutions with batch normalisation and ReLU were chosen because they quantize to int8 with little
loss, train fast on a CPU in bfloat16 and run on XNNPACK's int8 dot products on a Pi.
"""

from pathlib import Path

from torch import Tensor, nn

from models.training.errors import BadDataError
from models.training.expression.checkpoint import Checkpoint

NAMES = ("small_residual",)


def convolution(inputs: int, outputs: int, stride: int = 1, kernel: int = 3, groups: int = 1) -> nn.Sequential:
    """Convolution and batch normalisation, without activation."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    )


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

    def __init__(self, classes: int = 8, widths=(16, 32, 64, 128), blocks=(0, 1, 2, 1), dropout: float = 0.2):
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


def build(name: str, classes: int, weights: Path | None = None) -> nn.Module:
    """A network by its name on the command line."""
    return SmallResidual(classes)


def from_checkpoint(stored: Checkpoint, path: Path) -> nn.Module:
    """The averaged network of a checkpoint, ready to run.

    :raises BadDataError: weights of another architecture than the checkpoint says
    """
    if stored.architecture not in NAMES:
        raise BadDataError(f"{path}: architecture {stored.architecture!r} is unknown; one of {', '.join(NAMES)}")
    network = build(stored.architecture, stored.classes)
    try:
        network.load_state_dict(stored.averaged)
    except RuntimeError:
        raise BadDataError(f"{path}: its weights do not fit {stored.architecture} as this version builds it") from None
    return network.eval()
