"""``convert``: checkpoint to ``*_int8.tflite`` with its JSON; losing too much keeps the old model."""

import argparse
import hashlib
import itertools
import json
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.training.errors import BadDataError, TrainingError
from models.training.expression import checkpoint, data, figures, metrics, people, runtime, views
from models.training.expression.augment import Strength, augment
from models.training.expression.crops import STANDARD
from models.training.expression.inference import FloatModel
from models.training.expression.labels import HAPPY, LABELS, soft_targets
from models.training.int8 import convert_int8, write_atomically

CALIBRATION_ROWS = 400
CAUTION = 0.5  # chosen on PublicTest and GENKI's dev half, see EXPERIMENTS.md
DATA = "FER-2013 with FER+ votes; crops of photographs without faces and of labelled faces"
READ = ", many of them read one by one for their expression and eyes"
TOLERATED_DIVERGENCE = 0.002  # nats, from saturating and rounding the logits
RECIPE = (
    "batch",
    "rate",
    "decay",
    "sizes",
    "mined_rows",
    "face_rows",
    "spoiling",
    "teacher_share",
    "fraction",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Command line of ``convert``."""
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument(
        "--data", type=Path, required=True, help="fer2013.npz: calibration rows, PublicTest for the check"
    )
    parser.add_argument("--people", type=Path, help="crops from prepare-people, to calibrate with as well")
    parser.add_argument("--out", type=Path, default=Path("models/expression_int8.tflite"))
    parser.add_argument(
        "--caution",
        type=float,
        default=CAUTION,
        help="how much dearer a wrong smile is than a missed one: logarithm of the ratio",
    )
    parser.add_argument(
        "--allowed-loss", type=float, default=0.5, help="points of PublicTest accuracy, float to int8"
    )
    parser.add_argument(
        "--fraction",
        type=float,
        default=1.0,
        help="share of the rows to calibrate and check with (for a trial)",
    )


def run(args: argparse.Namespace) -> int:
    """Convert, compare with the float network on PublicTest, and only then replace the model."""
    if not args.out.name.endswith("_int8.tflite"):
        raise BadDataError(f"--out {args.out}: the name must end in _int8.tflite")
    source = FloatModel(args.checkpoint)
    fer = data.load(args.data)
    offsets = hold_back_happy(source, args.caution)
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / args.out.name
        samples = calibration_samples(
            fer.training.images, source.side, _share(CALIBRATION_ROWS, args.fraction)
        )
        if args.people:
            faces = people.middle(people.load(args.people)["read"], source.side)
            samples += calibration_samples(faces, source.side, _share(CALIBRATION_ROWS // 2, args.fraction))
        ends, eyes_shift = useful_range(source, samples)
        shifts = np.append(np.zeros(len(source.labels)), np.full(len(source.eye_states), eyes_shift))
        source.shift(shifts)
        convert_int8(source.network, samples, draft, output_range=ends)
        card = describe(source, draft, args)
        shifts[: len(offsets)] += offsets
        card["training"]["offsets"] = shifts.round(4).tolist()
        tested = fer.public_test.take(np.arange(_share(len(fer.public_test), args.fraction)))
        check(source, runtime.Int8Model(runtime.interpreter(draft), card), tested, args.allowed_loss)
        # the JSON goes last: between the two writes the sha256 does not fit, which a reader refuses
        write_atomically(args.out, draft.read_bytes())
        write_atomically(_json_path(args.out), (json.dumps(card, indent=2) + "\n").encode())
    size = args.out.stat().st_size
    print(f"{args.out}: {size / 1000:.0f} kB, PublicTest {card['training']['figures']['public_test']}")
    return 0


def _json_path(model: Path) -> Path:
    return model.with_name(model.name.replace("_int8.tflite", ".json"))


def hold_back_happy(source: FloatModel, caution: float) -> np.ndarray:
    """Call "happy" less readily by ``caution``; returns what was added to each logit.

    A picture of somebody who does not smile costs more than a frame that comes later. A network of FER-2013's
    own labels stays as it is: it takes no pictures, it is compared with the literature.
    """
    offsets = np.zeros(len(source.labels))
    if len(source.labels) == len(LABELS):
        offsets[HAPPY] -= caution
    source.shift(offsets)
    return offsets


def _share(rows: int, fraction: float) -> int:
    return min(rows, max(40, int(rows * fraction)))


def calibration_samples(faces: np.ndarray, side: int, count: int) -> list[np.ndarray]:
    """float32 ``[1, side, side, 1]`` in 0..1 of uint8 ``[N, S, S]``, half of them dark, bright or noisy."""
    rng = np.random.default_rng(0)
    rows = rng.choice(len(faces), min(count, len(faces)), replace=False)
    views = [
        cv2.resize(image, (side, side)) if i % 2 else augment(image, side, Strength(), rng)
        for i, image in enumerate(faces[rows])
    ]
    return [view.astype(np.float32)[None, :, :, None] / 255 for view in views]


def useful_range(source: FloatModel, samples: list[np.ndarray]) -> tuple[tuple[float, float], float]:
    """The narrowest range of logits that leaves the probabilities as they are, and what to add to those of
    the eyes, so that they use it best; a logit beyond the range saturates.

    What matters is the distance of the first two labels, not how far behind the last one is: over the whole
    range one of the 255 steps is so wide that two labels often tie, and runtimes that round differently
    disagree. The same number added to all logits of a softmax changes nothing.
    """
    logits = source.outputs(np.stack([np.uint8(np.round(255 * sample[0, :, :, 0])) for sample in samples]))
    expression, eyes = np.split(logits, [len(source.labels)], axis=1)
    shifts = np.linspace(-4, 4, 17) if eyes.shape[1] else np.zeros(1)

    def divergence(part: np.ndarray, ends: tuple[float, float]) -> float:
        step = (ends[1] - ends[0]) / 255
        return _divergence(part, np.round(part.clip(*ends) / step) * step) if part.shape[1] else 0.0

    def best_shift(ends: tuple[float, float]) -> float:
        return float(min(shifts, key=lambda shift: divergence(eyes + shift, ends)))

    lows, highs = (
        np.linspace(expression.min(), 0, 20),
        np.linspace(expression.max() / 3, expression.max(), 20),
    )
    ranges = [(float(low), float(high)) for low in lows for high in highs]
    narrow = [
        ends
        for ends in ranges
        if divergence(expression, ends) < TOLERATED_DIVERGENCE
        and divergence(eyes + best_shift(ends), ends) < TOLERATED_DIVERGENCE
    ]
    chosen = min(narrow or [ranges[19]], key=lambda ends: ends[1] - ends[0])
    return chosen, best_shift(chosen)


def _divergence(logits: np.ndarray, rounded: np.ndarray) -> float:
    """Mean Kullback-Leibler divergence, nats."""
    exact, other = metrics.softmax(logits), metrics.softmax(rounded)
    return float((exact * np.log((exact + 1e-9) / (other + 1e-9))).sum(1).mean())


def describe(source: FloatModel, model: Path, args: argparse.Namespace) -> dict[str, Any]:
    """The JSON beside the model; temperature and figures are filled in by :func:`check`."""
    interpreter = runtime.interpreter(model)
    given, made = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    settings = source.checkpoint.settings
    stages = lineage(source.checkpoint)
    return {
        "format": 2 if source.eye_states else 1,
        "file": args.out.name,
        "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "labels": source.labels,
        **({"eyes": source.eye_states} if source.eye_states else {}),
        "input": {**_tensor(given), "colour": "grey", "range": [0, 1]},
        "output": {**_tensor(made), "meaning": "logits", "temperature": 1.0},
        "crop": STANDARD._asdict(),
        "training": {
            "data": DATA + (READ if source.eye_states else ""),
            "labels": settings["labels"],
            "architecture": source.checkpoint.architecture,
            "recipe": {key: settings[key] for key in RECIPE if settings.get(key) is not None},
            "date": date.today().isoformat(),
            "seed": settings["seed"],
            "epochs": source.checkpoint.epoch,
            "parameters": sum(p.numel() for p in source.network.parameters()),
            "command": " && ".join(stage["command"] for stage in stages),
            "stages": stages,
            "figures": {},
        },
    }


def lineage(stored: checkpoint.Checkpoint) -> list[dict[str, Any]]:
    """The runs behind a checkpoint, first one first, each once, as far back as their files are there."""
    stages: list[dict[str, Any]] = []
    parents = [_names(stored.settings.get(key)) for key in PARENTS]
    for name in itertools.chain(*parents):
        if Path(name).exists():
            stages += [stage for stage in _ancestors(Path(name)) if stage not in stages]
    return [*stages, {"command": command_line(stored.settings), "epochs": stored.epoch}]


def _ancestors(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".tflite":  # it carries its own
        return list(runtime.load(path).card["training"]["stages"])
    if path.is_dir():  # pools of views
        settings = views.settings_of(path)
        teacher = Path(settings.get("teacher", ""))
        before = _ancestors(teacher) if teacher.is_file() else []
        return [*before, {"command": command_line({**settings, "command": "make-views"}), "epochs": 0}]
    return lineage(checkpoint.load(path))


def command_line(settings: dict[str, Any]) -> str:
    """The command that made the checkpoint; files by their names alone."""
    command = str(settings.get("command", "train"))
    command = command if command in COMMANDS else "train"
    words = [f"python -m models.training {command}"]
    for key, value in settings.items():
        if command == "average" and key not in ("checkpoint", "out"):
            continue
        if key in ("command", "resume", "threads", "device", "origin") or value in (None, False, "None"):
            continue
        if key == "labels" and command != "train":
            continue
        shown = [Path(name).name for name in _names(value)] if key in PATHS else [str(value)]
        if value is True:  # an option that is there or not
            shown = []
        words.append(" ".join([f"--{key.replace('_', '-')}", *shown]))
    return " ".join(words)


COMMANDS = ("train", "average", "prune", "make-views", "train-pupil")
PATHS = ("data", "mined", "people", "views", "model", "out", "start_from", "weights", "teacher", "checkpoint")
PARENTS = ("teacher", "model", "views", "start_from", "checkpoint")
"""Settings that name what a run learned from, oldest first."""


def _names(value: Any) -> list[str]:
    """The files of a setting that names none, one or several."""
    if value in (None, "None"):
        return []
    return [str(part) for part in value] if isinstance(value, list) else [str(value)]


def _tensor(details: dict[str, Any]) -> dict[str, Any]:
    scale, zero_point = details["quantization"]
    return {
        "shape": [int(n) for n in details["shape"]],
        "dtype": np.dtype(details["dtype"]).name,
        "scale": float(scale),
        "zero_point": int(zero_point),
    }


def check(source: FloatModel, model: runtime.Int8Model, faces: data.Faces, allowed_loss: float) -> None:
    """Fit the temperature on PublicTest, and compare int8 with float there.

    :raises TrainingError: int8 loses more than ``allowed_loss`` points
    """
    exact, rounded = source.logits(faces.images), model.logits(faces.images)
    if len(source.labels) == 7:
        before, after = figures.fer2013(exact, faces), figures.fer2013(rounded, faces)
    else:
        targets, weights = soft_targets(faces.votes)
        temperature = metrics.fit_temperature(rounded[weights > 0], targets[weights > 0])
        model.card["output"]["temperature"] = round(temperature, 4)
        before, after = (figures.ferplus(logits, faces, temperature) for logits in (exact, rounded))
    model.card["training"]["figures"] = {
        "public_test": after["accuracy"],
        "public_test_float": before["accuracy"],
        **({"public_test_happy_f1": after["happy_f1"]} if "happy_f1" in after else {}),
    }
    loss = 100 * (before["accuracy"] - after["accuracy"])
    if loss > allowed_loss:
        raise TrainingError(
            f"int8 loses {loss:.2f} points on PublicTest ({before['accuracy']} to {after['accuracy']}), "
            f"{allowed_loss} allowed; the old model stays. Train longer, or raise --allowed-loss"
        )
