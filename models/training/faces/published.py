"""YuNet's published weights as a start: read from its ONNX file into the project's network.

The file is ``face_detection_yunet_2023mar.onnx`` of OpenCV Zoo (MIT), the same as libfacedetection.train's
``yunet_s`` (Apache-2.0); both licences stand in ``models/LICENSE-YuNet.txt``.
"""

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from models.training.errors import BadDataError
from models.training.faces.network import FaceFinder, Head, Unit

BACKBONE = 11
"""Units after the stem, up to and with the neck, in the file's order: 1 + 4 + 2 + 2 + 2 of the backbone, then
the neck from the coarsest level to the finest."""
KINDS = ("class", "box", "object")
"""The heads in the file's order, each for strides 8, 16, 32; landmarks follow."""


def load_yunet(path: Path) -> FaceFinder:
    """The network with YuNet's weights: the same boxes; its score's logit is the mean of YuNet's two.

    YuNet's score is sqrt(class * object), each a sigmoid, which is lower where the two disagree: a threshold
    means something else here.  Raises BadDataError when the file is not that network.
    """
    layers = iter(_convolutions(path))
    network = FaceFinder()
    try:
        _stem(network.stem, *next(layers))
        for unit in _units(network):
            _fill(unit.point, *next(layers))
            _fill(unit.depth, *next(layers))
        heads = (network.head8, network.head16, network.head32)
        parts = {kind: [(next(layers), next(layers)) for _ in heads] for kind in KINDS}
        for level, head in enumerate(heads):
            _head(head, *(parts[kind][level] for kind in KINDS))
    except (StopIteration, RuntimeError, ValueError) as error:
        raise BadDataError(f"{path}: not YuNet's 2023mar network ({error})") from None
    return network.eval()


def _convolutions(path: Path) -> list[tuple[Tensor, Tensor]]:
    """Weights and biases of the file's convolutions, in order."""
    try:
        net = cv2.dnn.readNetFromONNX(str(path))
    except cv2.error as error:
        raise BadDataError(f"{path}: not a readable ONNX file") from error
    layers = (net.getLayer(net.getLayerId(name)) for name in net.getLayerNames())
    blobs = [layer.blobs for layer in layers if layer.type == "Convolution"]
    return [(torch.from_numpy(np.array(w)), torch.from_numpy(np.array(b)).flatten()) for w, b in blobs]


def _units(network: FaceFinder) -> list[Unit]:
    stages = (network.stage4, network.stage8, network.stage16, network.stage32)
    backbone = [network.stage2, *(unit for stage in stages for unit in stage)]
    return [*backbone, network.merge32, network.merge16, network.merge8]


@torch.no_grad()
def _fill(layer: nn.Conv2d, weight: Tensor, bias: Tensor) -> None:
    if layer.weight.shape != weight.shape:
        raise ValueError(f"weights {tuple(weight.shape)} where {tuple(layer.weight.shape)} belong")
    layer.weight.copy_(weight)
    layer.bias.copy_(bias)


def _stem(layer: nn.Conv2d, weight: Tensor, bias: Tensor) -> None:
    """YuNet looks at BGR from 0 to 255."""
    _fill(layer, weight.flip(1) * 255, bias)


@torch.no_grad()
def _head(head: Head, score: tuple, box: tuple, thing: tuple) -> None:
    """Three pairs of 1x1 and depthwise 3x3 become one pair of 1x1 and full 3x3."""
    parts = (score, thing, box)
    points, depths = [part[0] for part in parts], [part[1] for part in parts]
    _fill(head.squeeze, torch.cat([w for w, _ in points]), torch.cat([b for _, b in points]))
    kernels, biases = torch.cat([w for w, _ in depths]), torch.cat([b for _, b in depths])
    head.spread.weight.zero_()
    for source, (target, share) in enumerate([(0, 0.5), (0, 0.5), (1, 1.0), (2, 1.0), (3, 1.0), (4, 1.0)]):
        head.spread.weight[target, source] = share * kernels[source, 0]
    head.spread.bias[0] = (biases[0] + biases[1]) / 2
    # YuNet measures from the cell's corner.
    head.spread.bias[1:] = biases[2:] - torch.tensor([0.5, 0.5, 0.0, 0.0])
