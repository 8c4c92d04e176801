"""The face finder's network: anchor-free, three strides, plain and depthwise-separable convolutions.

Input: float tensor [N, 3, H, W], RGB in [0, 1]; on the appliance 384 x 512, in most of the training crops of
240 x 320, which cost 2.5 times less.  For each stride s in 8, 16, 32 it gives

* ``score`` [N, 1, H/s, W/s]: logit of "a face is centred near this cell";
* ``box`` [N, 4, H/s, W/s]: dx, dy, log w, log h of the tight face box, in units of s and measured
  from the middle of the cell (the parametrisation of YOLOX, Ge et al. 2021, arXiv:2107.08430).

A third of the arithmetic of a small detector goes into its first layers, where the map is large and the
channels few; so the stem goes straight to stride 4.  Full convolutions where small faces are decided
(strides 4 and 8); depthwise-separable ones where faces are large and easy, to keep the file small.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDES = (8, 16, 32)
INPUT_WIDTH, INPUT_HEIGHT = 512, 384
CROP_WIDTH, CROP_HEIGHT = 320, 240

# A face in a thousand cells: the starting bias of the score, so that the first steps are not spent on
# learning that most cells are empty (Lin et al. 2017, focal loss, section 3.3).
PRIOR = 0.01


def convolution(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    """Convolution, batch normalisation and ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def separable(inputs: int, outputs: int) -> nn.Sequential:
    """Depthwise 3x3 and pointwise convolution; no activation between them."""
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, 1, 1, groups=inputs, bias=False),
        nn.BatchNorm2d(inputs),
        *convolution(inputs, outputs, 1),
    )


class Residual(nn.Module):
    """``relu(x + body(x))`` without the last activation inside ``body``."""

    def __init__(self, body: nn.Sequential) -> None:
        super().__init__()
        self.body = body[:-1]

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.body(x))


class Head(nn.Module):
    """Score and box of every cell of one level."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.score = nn.Conv2d(channels, 1, 1)
        self.box = nn.Conv2d(channels, 4, 1)
        nn.init.constant_(self.score.bias, float(torch.logit(torch.tensor(PRIOR))))
        nn.init.normal_(self.box.weight, std=0.01)
        # Faces on a level are about four strides wide: start there.
        with torch.no_grad():
            self.box.bias.copy_(torch.tensor([0.0, 0.0, 1.2, 1.4]))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.score(x), self.box(x)


class FaceFinder(nn.Module):
    """The network.  ``forward`` gives score, box of stride 8, score, box of stride 16, and of stride 32."""

    def __init__(self, stem: int = 32, near: int = 64, middle: int = 96, far: int = 96) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, stem, 6, 4, 1, bias=False), nn.BatchNorm2d(stem), nn.ReLU(inplace=True)
        )
        self.stage4 = Residual(convolution(stem, stem))
        self.stage8 = nn.Sequential(
            convolution(stem, near, stride=2),
            Residual(nn.Sequential(*convolution(near, near), *convolution(near, near))),
        )
        self.stage16 = nn.Sequential(
            convolution(near, middle, stride=2), *(Residual(separable(middle, middle)) for _ in range(3))
        )
        self.stage32 = nn.Sequential(
            convolution(middle, far, stride=2), *(Residual(separable(far, far)) for _ in range(3))
        )
        self.from32 = convolution(far, near, 1)
        self.from16 = convolution(middle, near, 1)
        self.merge16 = separable(near, near)
        self.merge8 = convolution(near, near)
        self.head8, self.head16, self.head32 = Head(near), Head(near), Head(near)
        self.look32 = separable(near, near)

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        at8 = self.stage8(self.stage4(self.stem(image)))
        at16 = self.stage16(at8)
        top = self.from32(self.stage32(at16))
        at16 = self.from16(at16)
        # 240 / 32 is not whole: on crops the upsampled map has one row too many.
        at16 = self.merge16(at16 + functional.interpolate(top, scale_factor=2.0)[:, :, : at16.shape[2]])
        at8 = self.merge8(at8 + functional.interpolate(at16, scale_factor=2.0))
        return (*self.head8(at8), *self.head16(at16), *self.head32(self.look32(top)))
