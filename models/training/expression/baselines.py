"""What the shipped network is measured against: the seeds' three models and mini-Xception.

All take ``[N, 1, S, S]`` float32 in 0..1 and give logits. The transfer backbones name their weights as
torchvision does, so that its ImageNet files load.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class FourBlocks(nn.Sequential):
    """Four blocks of convolution, normalisation, pooling and dropout, then two dense layers; 48x48 only."""

    def __init__(self, classes: int) -> None:
        layers: list[nn.Module] = []
        for inputs, outputs, kernel in ((1, 64, 3), (64, 128, 5), (128, 512, 3), (512, 512, 3)):
            layers += [
                nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2),
                nn.BatchNorm2d(outputs),
                nn.ReLU(),
            ]
            layers += [nn.MaxPool2d(2), nn.Dropout(0.25)]
        layers.append(nn.Flatten())
        for inputs, outputs in ((512 * 9, 256), (256, 512)):
            layers += [nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.ReLU(), nn.Dropout(0.25)]
        super().__init__(*layers, nn.Linear(512, classes))


class MiniXception(nn.Module):
    """Arriaga et al. 2017, 64x64, 58 k parameters: the yardstick of speed."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(*_conv_bn_relu(1, 8, 0), *_conv_bn_relu(8, 8, 0))
        widths = (8, 16, 32, 64, 128)
        self.modules_ = nn.ModuleList(_XceptionModule(a, b) for a, b in pairwise(widths))
        self.last = nn.Conv2d(128, classes, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for module in self.modules_:
            x = module(x)
        return self.last(x).mean((2, 3))


def _conv_bn_relu(inputs: int, outputs: int, padding: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(inputs, outputs, 3, padding=padding, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()


class _XceptionModule(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, 2, bias=False), nn.BatchNorm2d(outputs))
        self.body = nn.Sequential(
            *_separable(inputs, outputs), nn.ReLU(), *_separable(outputs, outputs), nn.MaxPool2d(3, 2, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return self.shortcut(x) + self.body(x)
        # The same without a stride: PyTorch 2.13 crashes on AVX-512 at the gradient of one over 8 channels.
        convolution, norm = self.shortcut
        return norm(functional.conv2d(x[:, :, ::2, ::2], convolution.weight)) + self.body(x)


def _separable(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    return (
        nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False),
        nn.Conv2d(inputs, outputs, 1, bias=False),
        nn.BatchNorm2d(outputs),
    )


class Transfer(nn.Module):
    """An ImageNet backbone without its head, global average, dropout, one linear layer."""

    def __init__(self, backbone: nn.Module, features: int, classes: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.5), nn.Linear(features, classes)
        )
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD).view(1, 3, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.backbone((x - self.mean) / self.std))


class VGG16(nn.Module):
    """The convolutions of VGG-16 (Simonyan and Zisserman 2015, configuration D)."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = 3
        for outputs, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
            for _ in range(count):
                layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU()]
                inputs = outputs
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        for layer in layers:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        return self.features(x)


class ResNet50(nn.Module):
    """ResNet-50 without its head (He et al. 2016), stride in the 3x3 as torchvision has it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1 = _bottlenecks(64, 64, 3, 1)
        self.layer2 = _bottlenecks(256, 128, 4, 2)
        self.layer3 = _bottlenecks(512, 256, 6, 2)
        self.layer4 = _bottlenecks(1024, 512, 3, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.max_pool2d(functional.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))


def _bottlenecks(inputs: int, width: int, count: int, stride: int) -> nn.Sequential:
    first = _Bottleneck(inputs, width, stride)
    return nn.Sequential(first, *(_Bottleneck(4 * width, width, 1) for _ in range(count - 1)))


class _Bottleneck(nn.Module):
    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        if stride != 1 or inputs != 4 * width:
            self.downsample: nn.Module = nn.Sequential(
                nn.Conv2d(inputs, 4 * width, 1, stride, bias=False), nn.BatchNorm2d(4 * width)
            )
        else:
            self.downsample = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.bn1(self.conv1(x)))
        y = functional.relu(self.bn2(self.conv2(y)))
        return functional.relu(self.bn3(self.conv3(y)) + self.downsample(x))
