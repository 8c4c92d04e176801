"""The face finder's network as the appliance runs it: arranged for int8 and for small cores.

Three changes, none of which alters what the network computes in real numbers:

* Two neighbouring pixels are one of six channels, and what the first convolution would pad is part of the
  input.  XNNPACK rounds a convolution's channels up to eight: 3x3 of three channels costs 72 products, 3x2 of
  six 48.
* Between a pointwise and a depthwise convolution every channel is scaled to the same range, which int8 with
  one scale a tensor wants (Nagel et al. 2019, arXiv:1906.04721, section 4.1); the weights of either are int8
  with a scale for each channel, and lose nothing.
* The score is divided by :data:`SCORE_GAIN`, so that it has the range of the box beside it.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from models.training.faces.network import FaceFinder, Head, Unit

SCORE_GAIN = 4.0
LEAST_RANGE = 1e-3
"""Of a channel, as a share of the widest: a channel that is nearly always zero is not blown up."""


class Arranged(nn.Module):
    """``forward``: float [1, 6, H + 1, W / 2 + 1] in [0, 1] to maps [1, H/s, W/s, 5]; see :func:`paired`."""

    def __init__(self, network: FaceFinder) -> None:
        super().__init__()
        self.network = network
        self.stem = _paired_stem(network.stem)
        self.network.stem = nn.Identity()

    def forward(self, pairs: Tensor) -> tuple[Tensor, ...]:
        outputs = self.network(torch.relu(self.stem(pairs)))
        return tuple(output.permute(0, 2, 3, 1) for output in outputs)


def paired(image: np.ndarray) -> np.ndarray:
    """The network's input of an image [H, W, 3]: [H + 1, W / 2 + 1, 6], zeros at top and left."""
    height, width, _ = image.shape
    padded = np.zeros((height + 1, width + 2, 3), image.dtype)
    padded[1:, 2:] = image
    return padded.reshape(height + 1, width // 2 + 1, 6)


def arrange(network: FaceFinder, images: Sequence[np.ndarray]) -> Arranged:
    """The network arranged, and changed in place. ``images`` float32 [H, W, 3] in [0, 1] show the ranges."""
    _equalise(network, images)
    with torch.no_grad():
        for head in (network.head8, network.head16, network.head32):
            head.spread.weight[0] /= SCORE_GAIN
            head.spread.bias[0] /= SCORE_GAIN
    return Arranged(network).eval()


def _paired_stem(stem: nn.Conv2d) -> nn.Conv2d:
    """3x3, stride 2, padding 1 as 3x2 over pairs of pixels: the first pixel of the first pair goes unused."""
    pairs = nn.Conv2d(6, stem.out_channels, (3, 2), (2, 1))
    with torch.no_grad():
        pairs.weight.zero_()
        pairs.weight[:, 3:, :, 0] = stem.weight[..., 0]
        pairs.weight[:, :3, :, 1] = stem.weight[..., 1]
        pairs.weight[:, 3:, :, 1] = stem.weight[..., 2]
        pairs.bias.copy_(stem.bias)
    return pairs


@torch.no_grad()
def _equalise(network: FaceFinder, images: Sequence[np.ndarray]) -> None:
    couples = [(m.point, m.depth) for m in network.modules() if isinstance(m, Unit)]
    couples += [(m.squeeze, m.spread) for m in network.modules() if isinstance(m, Head)]
    widest = {first: torch.zeros(first.out_channels) for first, _ in couples}

    def note(layer: nn.Conv2d, _: tuple, out: Tensor) -> None:
        torch.maximum(widest[layer], out.abs().amax((0, 2, 3)), out=widest[layer])

    hooks = [first.register_forward_hook(note) for first, _ in couples]
    for image in images:
        network(torch.from_numpy(image).permute(2, 0, 1)[None])
    for hook in hooks:
        hook.remove()
    for first, second in couples:
        scale = widest[first].clamp(min=LEAST_RANGE * float(widest[first].max()))
        first.weight /= scale[:, None, None, None]
        first.bias /= scale
        across = scale[:, None, None, None] if second.groups > 1 else scale[None, :, None, None]
        second.weight *= across
