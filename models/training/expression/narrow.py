"""Networks cut out of a large one, for cores without int8 dot products (Pi 3, 4, Zero 2 W).

The trunk is ``deep_residual``'s: 48, 80 and 144 channels at 24, 12 and 6 pixels a side. What is cut is what
a block computes within itself, and the first layer, which alone takes 1.3 million instructions for 16
channels on a Cortex-A53. ``prune`` chooses what stays, so that training starts from what the large network
knows.
"""

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn

TRUNK = (48, 80, 144)
EXPRESSIONS, EYES = 8, 3


def convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """3x3 convolution and batch normalisation, without activation."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs))


class NarrowBlock(nn.Module):
    """Two 3x3 convolutions around an identity, with ``inner`` channels between them."""

    def __init__(self, channels: int, inner: int) -> None:
        super().__init__()
        self.first = convolution(channels, inner)
        self.second = convolution(inner, channels)
        self.activation = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(x + self.second(self.activation(self.first(x))))


class Narrow(nn.Module):
    """Stem at full size, stages at 1/2, 1/4 and 1/8; global average; one linear layer.

    Input ``[N, 1, 48, 48]`` float32 in 0..1. Output ``[N, 11]`` logits: eight expressions in the order of
    ``labels.LABELS``, then eyes open, closed, unknown; each of the two groups has its own softmax.
    """

    def __init__(self, stem: int, inner: tuple[tuple[int, ...], ...]) -> None:
        """``inner``: channels within each block of each stage."""
        super().__init__()
        layers: list[nn.Module] = [convolution(1, stem), nn.ReLU()]
        before = stem
        for width, blocks in zip(TRUNK, inner, strict=True):
            layers += [convolution(before, width, stride=2), nn.ReLU()]
            layers += [NarrowBlock(width, channels) for channels in blocks]
            before = width
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(before, EXPRESSIONS + EYES)

    def pooled(self, x: Tensor) -> Tensor:
        """float32 ``[N, 144]``: what the last layer sees."""
        return self.pool(self.features(x)).flatten(1)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.pooled(x))


NARROW: dict[str, Callable[[], Narrow]] = {
    "narrow_17": partial(Narrow, 16, ((24,), (40, 40, 32), (72,))),
    "narrow_12": partial(Narrow, 8, ((16,), (24, 24, 24), (48,))),
    "narrow_10": partial(Narrow, 8, ((16,), (24, 16, 16), (32,))),
    "narrow_9": partial(Narrow, 8, ((8,), (16, 16, 16), (32,))),
}
"""By name; the number is about the million instructions a face (``EXPERIMENTS.md`` has the table)."""
