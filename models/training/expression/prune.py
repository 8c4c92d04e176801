"""``prune``: cut a narrow network out of the shipped ``deep_residual``, so that it computes almost the same.

Layer by layer, as He et al. 2017 ("Channel pruning", arXiv:1707.06168): of the channels within a block those
stay from which a least-squares fit tells best what the block added before; the fit becomes the weights. Every
fit sees what the layers before it, already cut, really give.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.errors import BadDataError
from models.training.expression import checkpoint, data, narrow, networks, people, published, shipped

SIDE = 48
SAMPLES = 1200
"""Faces, half of FER-2013's Training and half of photographs."""
PLACES = 24
"""Places of a map that are looked at in each of them."""
RIDGE = 1e-3
"""Of the mean diagonal, added to it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Command line of ``prune``."""
    parser.add_argument("--model", type=Path, required=True, help="int8 file or checkpoint of deep_residual")
    parser.add_argument("--architecture", choices=tuple(narrow.NARROW), default="narrow_12")
    parser.add_argument("--data", type=Path, required=True, help="fer2013.npz")
    parser.add_argument("--people", type=Path, required=True, help="crops from prepare-people")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint for train-pupil --start-from")
    parser.add_argument("--seed", type=int, default=1)


@torch.no_grad()
def run(args: argparse.Namespace) -> int:
    """Cut, fit the normalisations, write a checkpoint without any epoch."""
    stored = shipped.load(args.model)
    if stored.architecture != "deep_residual":
        raise BadDataError(f"--model {args.model}: a {stored.architecture}; only deep_residual is cut")
    large = networks.from_checkpoint(stored, args.model).eval()
    small = narrow.NARROW[args.architecture]().eval()
    images = _faces(args)
    Pruning(large, small, images, args.seed).run()
    published.fit_normalisations(small, images[:512], SIDE)
    settings = {key: str(value) for key, value in vars(args).items() if key not in ("run", "command")}
    settings |= {"command": "prune", "labels": "ferplus", "origin": f"cut out of {args.model.name}"}
    state = small.state_dict()
    outputs = narrow.EXPRESSIONS + narrow.EYES
    checkpoint.save(
        checkpoint.Checkpoint(args.architecture, outputs, settings, state, state, {}, []), args.out
    )
    print(args.out)
    return 0


def _faces(args: argparse.Namespace) -> np.ndarray:
    """uint8 ``[N, 48, 48]``, mixed."""
    rng = np.random.default_rng(args.seed)
    fer = data.load(args.data).training.images
    read = people.load(args.people)["read"]
    half = SAMPLES // 2
    small = people.middle(read[rng.permutation(len(read))[:half]], SIDE)
    images = np.concatenate([fer[rng.permutation(len(fer))[:half]], small])
    return images[rng.permutation(len(images))]


class Pruning:
    """Both networks side by side, and what each gives for the faces."""

    def __init__(self, large: nn.Module, small: narrow.Narrow, images: np.ndarray, seed: int) -> None:
        self.large, self.small = list(large.features), list(small.features)
        self.classifiers = large.classifier, small.classifier
        self.rng = np.random.default_rng(seed)
        faces = torch.from_numpy(images)[:, None].float() / 255
        self.theirs, self.ours = faces, faces

    def run(self) -> None:
        """Layer by layer, from the first to the last."""
        self._stem()
        for theirs, ours in zip(self.large[2:], self.small[2:], strict=True):
            if isinstance(ours, narrow.NarrowBlock):
                self._block(theirs, ours)
            elif isinstance(ours, nn.Sequential):
                self._layer(theirs, ours)
            else:
                self.theirs, self.ours = theirs(self.theirs), ours(self.ours)
        theirs, ours = self.classifiers
        ours.weight[: len(theirs.weight)], ours.bias[: len(theirs.bias)] = theirs.weight, theirs.bias
        ours.weight[len(theirs.weight) :] = 0
        ours.bias[len(theirs.bias) :] = 0

    def _stem(self) -> None:
        """The channels of the first layer from which the second one's outputs follow best."""
        self.theirs = torch.relu(self.large[0](self.theirs))
        places = self._places(self.theirs.shape[-1] // 2)
        wanted = places(self.large[2](self.theirs))
        kept = chosen(places(unfolded(self.theirs, 2)), wanted, self.small[0][0].out_channels)
        _copy(self.large[0], self.small[0], kept)
        self.ours = torch.relu(self.small[0](self.ours))

    def _layer(self, theirs: nn.Sequential, ours: nn.Sequential) -> None:
        """A layer that halves the side: fitted to what it gave, from what it gets now."""
        after = theirs(self.theirs)
        places = self._places(after.shape[-1])
        _fill(ours, *fitted(places(unfolded(self.ours, 2)), places(after)))
        self.theirs, self.ours = after, ours(self.ours)

    def _block(self, theirs: nn.Module, ours: narrow.NarrowBlock) -> None:
        """The inner channels from which what the block adds follows best."""
        added = theirs.second(torch.relu(theirs.first(self.theirs)))
        inner = torch.relu(theirs.first(self.ours))
        places = self._places(added.shape[-1])
        wanted = places(self.theirs + added - self.ours)
        patches = places(unfolded(inner, 1))
        kept = chosen(patches, wanted, ours.first[0].out_channels)
        _copy(theirs.first, ours.first, kept)
        columns = (kept[:, None] * 9 + np.arange(9)).ravel()
        weight, bias = fitted(patches[:, columns], wanted)
        _fill(ours.second, weight, bias)
        error = float(
            ((patches[:, columns] @ weight.flatten(1).T + bias - wanted) ** 2).mean() / wanted.var()
        )
        print(f"{len(kept)} of {inner.shape[1]} channels: {error:.3f} of the variance is lost", flush=True)
        self.theirs, self.ours = torch.relu(self.theirs + added), ours(self.ours)

    def _places(self, side: int) -> Callable[[Tensor], Tensor]:
        """Takes the same places out of any maps of that side: ``[N * PLACES, channels]``."""
        rows = torch.from_numpy(self.rng.integers(0, side * side, (len(self.ours), PLACES)))

        def take(values: Tensor) -> Tensor:
            flat = values.flatten(2)
            index = rows[:, None].expand(-1, flat.shape[1], -1)
            return flat.gather(2, index).transpose(1, 2).flatten(0, 1)

        return take


def unfolded(maps: Tensor, stride: int) -> Tensor:
    """``[N, channels * 9, H, W]``: what a 3x3 convolution sees, channel by channel."""
    side = maps.shape[-1] // stride
    return functional.unfold(maps, 3, padding=1, stride=stride).unflatten(2, (side, side))


def fitted(patches: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """Weight ``[O, C, 3, 3]`` and bias ``[O]`` of the convolution nearest to ``wanted``, by least squares."""
    mean_x, mean_y = patches.mean(0), wanted.mean(0)
    x, y = (patches - mean_x).double(), (wanted - mean_y).double()
    square = x.T @ x
    square += RIDGE * square.diagonal().mean() * torch.eye(len(square), dtype=torch.double)
    weight = torch.linalg.solve(square, x.T @ y).T.float()
    return weight.unflatten(1, (-1, 3, 3)), mean_y - weight @ mean_x


def chosen(patches: Tensor, wanted: Tensor, count: int) -> np.ndarray:
    """Indices of ``count`` channels, ascending: one by one that which explains most of what is left."""
    x, y = (patches - patches.mean(0)).double(), (wanted - wanted.mean(0)).double()
    square, cross = x.T @ x, x.T @ y
    square += RIDGE * square.diagonal().mean() * torch.eye(len(square), dtype=torch.double)
    channels = len(square) // 9
    own = torch.stack(
        [torch.linalg.inv(square[i * 9 : i * 9 + 9, i * 9 : i * 9 + 9]) for i in range(channels)]
    )
    kept: list[int] = []
    left = cross
    for _ in range(count):
        gain = torch.einsum(
            "cij,cio,cjo->c", own, left.unflatten(0, (channels, 9)), left.unflatten(0, (channels, 9))
        )
        gain[kept] = -1
        kept.append(int(gain.argmax()))
        columns = torch.tensor(kept)[:, None].mul(9).add(torch.arange(9)).flatten()
        weight = torch.linalg.solve(square[columns][:, columns], cross[columns])
        left = cross - square[:, columns] @ weight
    return np.sort(np.array(kept))


def _copy(theirs: nn.Sequential, ours: nn.Sequential, kept: np.ndarray) -> None:
    """The outputs ``kept`` of a layer; normalisations are folded there, as in a shipped file."""
    ours[0].weight.copy_(theirs[0].weight[kept])
    for name in ("weight", "bias", "running_mean", "running_var"):
        getattr(ours[1], name).copy_(getattr(theirs[1], name)[kept])


def _fill(layer: nn.Sequential, weight: Tensor, bias: Tensor) -> None:
    layer[0].weight.copy_(weight)
    norm = layer[1]
    norm.running_mean.zero_()
    norm.running_var.fill_(1)
    norm.weight.fill_((1 + norm.eps) ** 0.5)
    norm.bias.copy_(bias)
