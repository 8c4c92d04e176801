"""Convolutions that can be trained with int8's rounding in them (Jacob et al. 2018, arXiv:1712.05877).

Rounded as TFLite does: weights to 8 bits symmetrically for each output channel, what comes out to 8 bits with
one scale and zero point for the whole tensor.  Gradients pass the rounding as if it were not there.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

MOMENTUM = 0.02
"""How fast the range of an output follows what is seen."""
INSIDE = 0.9999
"""Share of an output's values that its range holds while training; the rest saturates."""
SAMPLED = 65536
"""Values of an output looked at to find its range: a quantile of all would cost more than the convolution."""


class Convolution(nn.Conv2d):
    """A convolution with bias, and ReLU where ``relu``; rounded like int8 while ``rounds``.

    The range of the outputs is observed in training, from the first rounded step on.
    """

    low: Tensor
    high: Tensor

    def __init__(self, *sizes: int, relu: bool = False, **options: int) -> None:
        super().__init__(*sizes, **options)
        self.relu, self.rounds = relu, False
        self.register_buffer("low", torch.tensor(0.0))
        self.register_buffer("high", torch.tensor(0.0))

    def forward(self, x: Tensor) -> Tensor:
        if not self.rounds:
            out = self._conv_forward(x, self.weight, self.bias)
            return functional.relu(out) if self.relu else out
        out = self._conv_forward(x, rounded_weight(self.weight), self.bias)
        return self._rounded(functional.relu(out) if self.relu else out)

    def _rounded(self, out: Tensor) -> Tensor:
        out = out.float()
        if self.training:
            self._observe(out.detach())
        scale = ((self.high - self.low) / 255).clamp(min=1e-6)
        zero = (-128 - self.low / scale).round().clamp(-128, 127).int()
        return torch.fake_quantize_per_tensor_affine(out, scale, zero, -128, 127)

    @torch.no_grad()
    def _observe(self, out: Tensor) -> None:
        flat = out.flatten()
        part = flat[:: max(1, len(flat) // SAMPLED)]
        low = part.quantile(1 - INSIDE).clamp(max=0.0)
        high = part.quantile(INSIDE).clamp(min=0.0)
        if self.high == self.low:
            self.low.copy_(low)
            self.high.copy_(high)
        self.low.lerp_(low, MOMENTUM)
        self.high.lerp_(high, MOMENTUM)


def rounded_weight(weight: Tensor) -> Tensor:
    """The weights as int8 keeps them: symmetric, a scale for each output channel."""
    scale = (weight.detach().abs().amax((1, 2, 3)) / 127).clamp(min=1e-8)
    zeros = torch.zeros(len(scale), dtype=torch.int32)
    return torch.fake_quantize_per_channel_affine(weight, scale, zeros, 0, -127, 127)


def set_rounding(network: nn.Module, rounds: bool) -> None:
    """Switch the rounding of every convolution of ``network`` on or off."""
    for module in network.modules():
        if isinstance(module, Convolution):
            module.rounds = rounds
