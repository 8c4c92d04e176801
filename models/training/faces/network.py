"""The face finder's network: YuNet (Wu et al. 2023, doi:10.1007/s11633-023-1423-y) with lighter heads.

Input: float tensor [N, 3, H, W], RGB in [0, 1], height and width multiples of 32.  For each stride s in 8,
16, 32 it gives one map [N, 5, H/s, W/s]:

* channel 0: logit of "a face is centred near this cell";
* channels 1 to 4: dx, dy, log w, log h of the tight face box, in units of s and measured from the middle of
  the cell (the parametrisation of YOLOX, Ge et al. 2021, arXiv:2107.08430).

A unit is a pointwise convolution, a depthwise one and ReLU, nothing between the two: so their scales can be
shifted from one to the other, which int8 needs.  There is no batch normalisation: YuNet's published weights
have it folded in, and training starts from them.  What differs from YuNet: the heads for landmarks are gone,
and score and box share one pair of convolutions a level instead of three.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.faces.rounding import Convolution

STRIDES = (8, 16, 32)
CHANNELS = 5
"""Of an output: score, dx, dy, log w, log h."""
SQUEEZED = 6
"""Channels between a head's two convolutions: YuNet's class, objectness and box."""
WIDTHS = (16, 16, 32, 32, 64)
"""Channels after the stem and after each unit of strides 2 and 4."""

# A face in a hundred cells: the starting bias of the score, so that the first steps are not spent on
# learning that most cells are empty (Lin et al. 2017, focal loss, section 3.3).
PRIOR = 0.01


class Unit(nn.Module):
    """Pointwise 1x1, depthwise 3x3, ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.point = Convolution(inputs, outputs, 1)
        self.depth = Convolution(outputs, outputs, 3, padding=1, groups=outputs, relu=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.depth(self.point(x))


class Head(nn.Module):
    """Score and box of every cell of one level: 1x1 to few channels, then 3x3."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.squeeze = Convolution(inputs, SQUEEZED, 1)
        self.spread = Convolution(SQUEEZED, CHANNELS, 3, padding=1)
        with torch.no_grad():
            # Faces on a level are about four strides wide: start there.
            score = float(torch.logit(torch.tensor(PRIOR)))
            self.spread.bias.copy_(torch.tensor([score, 0.0, 0.0, 1.2, 1.4]))

    def forward(self, x: Tensor) -> Tensor:
        return self.spread(self.squeeze(x))


class FaceFinder(nn.Module):
    """The network.  ``forward`` gives the maps of strides 8, 16 and 32."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS, far: int = 64) -> None:
        super().__init__()
        self.stem = Convolution(3, widths[0], 3, stride=2, padding=1, relu=True)
        self.stage2 = Unit(widths[0], widths[0])
        pairs = pairwise(widths)
        self.stage4 = nn.Sequential(*(Unit(inputs, outputs) for inputs, outputs in pairs))
        self.stage8 = nn.Sequential(Unit(widths[-1], far), Unit(far, far))
        self.stage16 = nn.Sequential(Unit(far, far), Unit(far, far))
        self.stage32 = nn.Sequential(Unit(far, far), Unit(far, far))
        self.merge32, self.merge16, self.merge8 = Unit(far, far), Unit(far, far), Unit(far, far)
        self.head8, self.head16, self.head32 = Head(far), Head(far), Head(far)

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        at4 = functional.max_pool2d(self.stage2(self.stem(image)), 2)
        at8 = self.stage8(functional.max_pool2d(self.stage4(at4), 2))
        at16 = self.stage16(functional.max_pool2d(at8, 2))
        at32 = self.merge32(self.stage32(functional.max_pool2d(at16, 2)))
        at16 = self.merge16(at16 + functional.interpolate(at32, scale_factor=2.0))
        at8 = self.merge8(at8 + functional.interpolate(at16, scale_factor=2.0))
        return self.head8(at8), self.head16(at16), self.head32(at32)
