"""``average``: one network whose weights are the mean of several that went on from the same one."""

import argparse
import itertools
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils import fuse_conv_bn_weights

from models.training.errors import BadDataError
from models.training.expression import checkpoint, networks, shipped


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Command line of ``average``."""
    parser.add_argument(
        "--checkpoint",
        type=Path,
        nargs="+",
        required=True,
        help="two or more checkpoints or shipped files, all trained on from the same one; seed, epochs "
        "and curve are those of the last one, which must be a checkpoint",
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="checkpoint file for `convert` and `evaluate`"
    )


def run(args: argparse.Namespace) -> int:
    """Average and write."""
    mean = average(args.checkpoint)
    mean.settings["out"] = str(args.out)
    checkpoint.save(mean, args.out)
    print(args.out)
    return 0


def average(files: list[Path]) -> checkpoint.Checkpoint:
    """The mean of the networks, normalisations folded into convolutions first.

    Networks trained on from the same weights lie in one valley of the loss, and the middle of it generalises
    better than its edges (Wortsman et al. 2022, "Model soups", arXiv:2203.05482).

    :raises BadDataError: fewer than two files, one that cannot be read, a shipped file as the last one, or
        networks that differ
    """
    if len(files) < 2:
        raise BadDataError("--checkpoint: a mean needs two files or more")
    if files[-1].suffix == ".tflite":
        raise BadDataError(f"--checkpoint: {files[-1].name} is a shipped file; name a checkpoint last")
    stored = [shipped.load(file) for file in files]
    kinds = {(one.architecture, one.classes) for one in stored}
    if len(kinds) > 1:
        raise BadDataError(f"--checkpoint: different networks have no mean: {sorted(kinds)}")
    states = [_folded(one, file) for one, file in zip(stored, files, strict=True)]
    state = {
        name: torch.stack([one[name] for one in states]).mean(0) if value.is_floating_point() else value
        for name, value in states[0].items()
    }
    last = stored[-1]
    settings = {
        **last.settings,
        "command": "average",
        "checkpoint": [str(file) for file in files],
        "origin": "mean of " + ", ".join(file.name for file in files),
    }
    return checkpoint.Checkpoint(last.architecture, last.classes, settings, state, state, {}, last.history)


@torch.no_grad()
def _folded(stored: checkpoint.Checkpoint, file: Path) -> dict[str, torch.Tensor]:
    """Weights of the averaged network; each normalisation after a convolution is left with its bias alone."""
    network = networks.from_checkpoint(stored, file)
    for conv, norm in itertools.pairwise(network.modules()):
        if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            weight, bias = fuse_conv_bn_weights(
                conv.weight, conv.bias, norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias
            )
            conv.weight.copy_(weight)
            if conv.bias is not None:
                conv.bias.zero_()
            norm.running_mean.zero_()
            norm.running_var.fill_(1)
            norm.weight.fill_((1 + norm.eps) ** 0.5)
            norm.bias.copy_(bias)
    return network.state_dict()
