"""``recreate``: the shipped expression model from nothing, in one command; each step can be resumed."""

import argparse
from pathlib import Path
from types import ModuleType

from models.training.errors import BadDataError
from models.training.expression import convert, prepare, train

FIRST = "--epochs 30 --rate 0.1 --sizes 32:0.4,40:0.7,48:1 --seed 1"
TAUGHT = "--epochs 18 --rate 0.05 --sizes 40:0.45,48:1 --seed 2"
WIDE = "--architecture wide_residual --epochs 24 --rate 0.1 --sizes 32:0.3,40:0.6,48:1 --seed 3"
"""The recipe of the shipped file: a small network on the votes, the same taught by itself, and a wider
network that it teaches."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Command line of ``recreate``."""
    parser.add_argument("--data", type=Path, required=True, help="folder with fer2013.npz and faces/")
    parser.add_argument("--work", type=Path, required=True, help="folder for crops and checkpoints")
    parser.add_argument("--out", type=Path, default=Path("models/expression_int8.tflite"))
    parser.add_argument("--epochs", type=int, help="of either run, for a trial")
    parser.add_argument("--fraction", type=float, default=1.0, help="share of the data, for a trial")
    parser.add_argument("--limit", type=int, help="mine so many photos only, for a trial")
    parser.add_argument("--allowed-loss", type=float, default=0.5, help="points lost to int8")
    parser.add_argument("--threads", type=int, default=1)


def run(args: argparse.Namespace) -> int:
    """Prepare, train three times, each run taught by the one before, convert. Nothing is done twice."""
    fer, faces = args.data / "fer2013.npz", args.data / "faces"
    for path in (fer, faces / "faces.csv"):
        if not path.exists():
            raise BadDataError(f"{path} is missing; --data names the folder with fer2013.npz and faces/")
    args.work.mkdir(parents=True, exist_ok=True)
    mined = args.work / "mined.npz"
    votes, taught, wide = (args.work / name for name in ("votes.pt", "taught.pt", "wide.pt"))
    if not mined.exists():
        limit = ["--limit", str(args.limit)] if args.limit else []
        _step(prepare, ["--data", fer, "--faces", faces, "--out", mined, *limit])
    common = ["--data", fer, "--mined", mined, "--resume", "--threads", args.threads]
    common += ["--fraction", args.fraction]
    _step(train, [*common, "--out", votes, *_recipe(FIRST, args.epochs)])
    lesson = ["--teacher", votes] if taught.exists() else ["--teacher", votes, "--start-from", votes]
    _step(train, [*common, "--out", taught, *lesson, *_recipe(TAUGHT, args.epochs)])
    _step(train, [*common, "--out", wide, "--teacher", taught, *_recipe(WIDE, args.epochs)])
    loss = ["--allowed-loss", args.allowed_loss]
    return _step(convert, ["--checkpoint", wide, "--data", fer, "--out", args.out, *loss])


def _recipe(words: str, epochs: int | None) -> list[str]:
    return [*words.split(), *(["--epochs", str(epochs)] if epochs else [])]


def _step(module: ModuleType, arguments: list[object]) -> int:
    """One of the other commands, as if typed."""
    parser = argparse.ArgumentParser(prog=module.__name__.rpartition(".")[2])
    module.add_arguments(parser)
    words = [str(argument) for argument in arguments]
    print(f"== {parser.prog} {' '.join(words)}", flush=True)
    return int(module.run(parser.parse_args(words)))
