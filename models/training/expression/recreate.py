"""``recreate``: the shipped expression model from nothing, in one command; each step can be resumed."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from models.training.errors import BadDataError
from models.training.expression import (
    average,
    convert,
    eyes_head,
    people,
    prepare,
    prune,
    pupil,
    train,
    views,
)

PUPIL = "--architecture wide_residual --sizes 48:1 --teacher-share 0.8"
RECIPE = {
    "votes": "--architecture wide_residual --epochs 16 --rate 0.1 --sizes 32:0.5,40:0.8,48:1 "
    "--mined-rows 2500 --seed 1",
    "teacher": "--architecture face_residual --epochs 16 --rate 0.03 --mined-rows 2000 --seed 4",
    "mobile": "--architecture face_mobile --epochs 7 --rate 0.03 --mined-rows 1000 --seed 5",
    "pupil1": f"{PUPIL} --epochs 9 --rate 0.06 --seed 2",
    "pupil2": f"{PUPIL} --epochs 20 --rate 0.06 --seed 3",
    "mobile2": "--architecture face_mobile --epochs 10 --rate 0.03 --mined-rows 1000 --seed 6",
    "pupil3": f"{PUPIL} --epochs 15 --rate 0.06 --mined-rows 2500 --spoiling 0.6 --seed 7",
    "mobile3": "--architecture face_mobile_128 --epochs 6 --rate 0.03 --mined-rows 2000 --face-rows 500 "
    "--spoiling 0.6 --fixed-steps 11 --seed 31",
    "pupil4": f"{PUPIL} --epochs 12 --rate 0.05 --mined-rows 2500 --face-rows 3000 --spoiling 0.6 --seed 61 "
    "--float32",
    "pupil5": f"{PUPIL} --epochs 8 --rate 0.05 --mined-rows 2500 --face-rows 2000 --spoiling 0.5 --seed 71 "
    "--float32 --architecture deep_residual",
    "mobile4": "--architecture face_mobile_160 --epochs 6 --rate 0.03 --mined-rows 2000 --face-rows 500 "
    "--spoiling 0.6 --fixed-steps 11 --seed 31",
    "pupil6": f"{PUPIL} --epochs 8 --rate 0.05 --mined-rows 2500 --face-rows 2000 --spoiling 0.5 --seed 81 "
    "--architecture deep_residual",
}
"""How the shipped file came about: the small network on the votes alone, large ones that knew faces before,
and the small one taught by the first of them, by both, and by better ones together with what it was then; in
the end with one block more. The mean of the last two is shipped, with outputs for eyes; with --narrow it
teaches the narrow one that is cut out of it."""
VIEWS = "--pools 6"
NARROW = "narrow_17"
LESSON = "--epochs 9 --rate 0.06"
LESSONS = {
    "pupil1": ("votes.pt", ["teacher.pt"]),
    "pupil2": ("pupil1.pt", ["teacher.pt", "mobile.pt"]),
    "pupil3": ("pupil2.pt", ["mobile2.pt", "pupil2.pt"]),
    "pupil4": ("pupil3_int8.tflite", ["mobile3_int8.tflite", "pupil3_int8.tflite"]),
    "pupil5": ("pupil4.pt", ["mobile3_int8.tflite", "pupil3_int8.tflite"]),
    "pupil6": ("pupil5_int8.tflite", ["mobile4_int8.tflite", "pupil5_int8.tflite"]),
}
"""Where a run starts, and who teaches. What is asked for as an int8 file is converted first."""
COMPILED = {name for _, teachers in LESSONS.values() for name in teachers if name.endswith(".tflite")}
PUBLISHED = {
    "teacher": "face-api/model/face_recognition_model-weights_manifest.json",
    "mobile": "human/models/faceres.json",
    "mobile2": "human/models/faceres.json",
    "mobile3": "human/models/faceres.json",
    "mobile4": "human/models/faceres.json",
}
"""The weights the large ones start from, within --published."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Command line of ``recreate``."""
    parser.add_argument("--data", type=Path, required=True, help="folder with fer2013.npz and faces/")
    parser.add_argument("--work", type=Path, required=True, help="folder for crops and checkpoints")
    parser.add_argument(
        "--published",
        type=Path,
        help="folder with the packages face-api/ and human/ (README.md); else the teachers know no faces",
    )
    parser.add_argument("--out", type=Path, default=Path("models/expression_int8.tflite"))
    parser.add_argument(
        "--narrow", action="store_true", help="go on to a narrow network instead of adding outputs for eyes"
    )
    parser.add_argument("--epochs", type=int, help="of each run, for a trial")
    parser.add_argument("--fraction", type=float, default=1.0, help="share of the data, for a trial")
    parser.add_argument("--limit", type=int, help="mine so many photos only, for a trial")
    parser.add_argument("--allowed-loss", type=float, default=0.5, help="points lost to int8")
    parser.add_argument("--threads", type=int, default=1)


def run(args: argparse.Namespace) -> int:
    """Prepare, train teachers and pupil, convert. Nothing is done twice."""
    fer, faces = args.data / "fer2013.npz", args.data / "faces"
    for path in (fer, faces / "faces.csv"):
        if not path.exists():
            raise BadDataError(f"{path} is missing; --data names the folder with fer2013.npz and faces/")
    args.work.mkdir(parents=True, exist_ok=True)
    mined = args.work / "mined.npz"
    if not mined.exists():
        _step(prepare, ["--data", fer, "--faces", faces, "--out", mined, *_limit(args)])
    common = ["--data", fer, "--mined", mined, "--resume", "--threads", args.threads]
    common += ["--fraction", args.fraction]
    for name, words in RECIPE.items():
        _step(train, [*common, "--out", args.work / f"{name}.pt", *words.split(), *_more(args, name)])
        compiled = args.work / f"{name}_int8.tflite"
        if compiled.name in COMPILED and not compiled.exists():
            _convert(args, name, compiled, 100)
    both = [args.work / "pupil5_int8.tflite", args.work / "pupil6.pt"]
    _step(average, ["--checkpoint", *both, "--out", args.work / "pupil.pt"])
    teacher, crops, folder = (args.work / name for name in ("pupil_int8.tflite", "people.npz", "views"))
    if not teacher.exists():
        _convert(args, "pupil", teacher, args.allowed_loss)
    if not crops.exists():
        _step(people, ["--faces", faces, "--out", crops, *_limit(args)])
    sources = ["--people", crops, "--mined", mined, "--teacher", teacher]
    _step(views, ["--data", fer, *sources, "--out", folder, "--fraction", args.fraction, *VIEWS.split()])
    if not args.narrow:
        return _step(eyes_head, ["--model", teacher, "--views", folder, "--out", args.out])
    return narrow(args, teacher, crops)


def narrow(args: argparse.Namespace, teacher: Path, crops: Path) -> int:
    """A network of three fifths of the cost, cut out of the large one, taught by it and by the readers."""
    fer, pruned = ["--data", args.data / "fer2013.npz"], args.work / "pruned.pt"
    kind = ["--architecture", NARROW]
    if not pruned.exists():
        _step(prune, ["--model", teacher, *fer, "--people", crops, "--out", pruned, *kind])
    trained = [*fer, "--views", args.work / "views", "--out", args.work / "narrow.pt"]
    trained += ["--start-from", pruned, *kind, "--resume", *LESSON.split()]
    trial = ["--epochs", args.epochs] if args.epochs else []
    _step(pupil, [*trained, "--threads", args.threads, *trial])
    return _convert(args, "narrow", args.out, args.allowed_loss, ["--people", crops, "--caution", 0])


def _limit(args: argparse.Namespace) -> list[object]:
    return ["--limit", args.limit] if args.limit else []


def _convert(args: argparse.Namespace, name: str, out: Path, loss: float, more: Sequence[object] = ()) -> int:
    words = ["--checkpoint", args.work / f"{name}.pt", "--data", args.data / "fer2013.npz", "--out", out]
    return _step(convert, [*words, "--allowed-loss", loss, "--fraction", args.fraction, *more])


def _more(args: argparse.Namespace, name: str) -> list[object]:
    """What depends on the folders, and on whether this is a trial."""
    words: list[object] = ["--epochs", args.epochs] if args.epochs else []
    if name in LESSONS:
        start, teachers = LESSONS[name]
        words += ["--start-from", args.work / start]
        words += ["--teacher", *(args.work / teacher for teacher in teachers)]
    if name in PUBLISHED and args.published:
        words += ["--weights", args.published / PUBLISHED[name]]
    return words


def _step(module: ModuleType, arguments: list[object]) -> int:
    """One of the other commands, as if typed."""
    parser = argparse.ArgumentParser(prog=module.__name__.rpartition(".")[2])
    module.add_arguments(parser)
    words = [str(argument) for argument in arguments]
    print(f"== {parser.prog} {' '.join(words)}", flush=True)
    return int(module.run(parser.parse_args(words)))
