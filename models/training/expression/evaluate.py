"""``evaluate``: the figures of an int8 model (no PyTorch needed) or of a checkpoint, on data kept back."""

import argparse
import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from models.training.errors import BadDataError
from models.training.expression import data, figures, people_bench, prepare, readings, runtime, smilers
from models.training.expression.crops import STANDARD, CropRule


class Network(Protocol):
    """What is measured, an int8 file or a float network."""

    def logits(self, images: np.ndarray) -> np.ndarray:
        """float32 ``[N, labels]`` of uint8 ``[N, 48, 48]``."""

    def eyes(self, images: np.ndarray) -> np.ndarray | None:
        """Probabilities float32 ``[N, 3]`` of eyes open, closed, unknown; None without such outputs."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Command line of ``evaluate``."""
    parser.add_argument("--model", type=Path, help="int8 .tflite file with its JSON beside it")
    parser.add_argument("--checkpoint", type=Path, help="measure the float network too (needs PyTorch)")
    parser.add_argument("--data", type=Path, required=True, help="fer2013.npz")
    parser.add_argument(
        "--split",
        choices=("private", "public"),
        default="private",
        help="private is for final figures alone; choose on public",
    )
    parser.add_argument(
        "--mined",
        type=Path,
        help="crops from `prepare`: not_a_face on photos held out; else they are cut out of those in faces "
        "beside --data, if it is there, which takes a minute",
    )
    parser.add_argument(
        "--genki",
        type=Path,
        help="folder of photos with labels.csv (file, smile); else genki_dev beside --data, if it is there",
    )
    parser.add_argument(
        "--faces",
        type=Path,
        help="folder of photos with expressions.csv, what readers saw; else faces beside --data, if there",
    )
    parser.add_argument(
        "--detector",
        default="cnn",
        help="who finds the faces of --genki: cnn or cascade of the appliance, or a YuNet ONNX file",
    )
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    parser.add_argument("--out", type=Path, help="write the JSON to this file too")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    if not args.model and not args.checkpoint:
        raise BadDataError("nothing to evaluate: give --model, --checkpoint, or both")
    result: dict[str, Any] = {"data": args.data.name, "split": args.split}
    if args.model:
        model = runtime.load(args.model)
        rule = CropRule(**model.card["crop"])
        result["file"] = {
            "name": args.model.name,
            "bytes": args.model.stat().st_size,
            "sha256": model.card["sha256"],
        }
        result["speed"] = speed_of(args.model)
        result["int8"] = measure(args, model, model.card["labels"], model.temperature, rule)
    if args.checkpoint:
        from models.training.expression import inference  # noqa: PLC0415 (needs PyTorch)

        network = inference.FloatModel(args.checkpoint)
        temperature = model.temperature if args.model else 1.0
        if args.model and "offsets" in model.card["training"]:
            network.shift(np.array(model.card["training"]["offsets"]))
        result["float"] = measure(args, network, network.labels, temperature, STANDARD)
    text = json.dumps(result, indent=2)
    if args.out:
        args.out.write_text(text + "\n")
    print(text if args.json else as_table(result))
    return 0


def measure(
    args: argparse.Namespace,
    network: Network,
    labels: list[str],
    temperature: float,
    rule: CropRule,
) -> dict[str, Any]:
    """All figures the given data allow."""
    fer = data.load(args.data)
    faces = fer.private_test if args.split == "private" else fer.public_test
    logits = network.logits
    outputs = logits(faces.images)
    if len(labels) == 7:
        mirrored = logits(np.ascontiguousarray(faces.images[:, :, ::-1]))
        return {"fer2013": figures.fer2013(outputs, faces, mirrored)}
    result: dict[str, Any] = {
        "ferplus": figures.ferplus(outputs, faces, temperature),
        "small_faces": figures.small_faces(logits, faces),
    }
    if crops := held_out(args):
        result["not_a_face"] = figures.not_a_face(logits, temperature, crops)
    beside = args.data.parent / "genki_dev"
    genki = args.genki or (beside if (beside / "labels.csv").is_file() else None)
    if genki:
        photos = smilers.load(genki, args.detector, rule)
        result["genki"] = smilers.figures(logits, temperature, photos)
    read = args.faces or (args.data.parent / "faces")
    if args.faces or (read / readings.FILE).is_file():
        people = people_bench.load(read, "test" if args.split == "private" else "dev")
        result["people"] = people_bench.figures(logits, network.eyes, temperature, people)
    return result


def held_out(args: argparse.Namespace) -> dict[str, np.ndarray]:
    """Crops of photos held out of training, as `prepare` cuts them; none where there are no such photos."""
    if args.mined:
        return data.load_arrays(args.mined, tuple(figures.HELD_OUT))
    folder = args.data.parent / "faces"
    return _mined(folder) if (folder / "faces.csv").is_file() else {}


@cache
def _mined(folder: Path) -> dict[str, np.ndarray]:
    return prepare.mine(folder, measuring=True)


def speed_of(model: Path) -> dict[str, Any]:
    """CPU time a face beside mini-Xception's, which only PyTorch's converter can put into a file."""
    if importlib.util.find_spec("litert_torch") is None:
        return {"not_measured": "the yardstick, mini-Xception, is built by litert-torch, which is not here"}
    from models.training.expression import speed  # noqa: PLC0415 (needs PyTorch)

    return dict(speed.against_mini_xception(model))


def as_table(result: dict[str, Any]) -> str:
    """The main figures, a line each."""
    lines = [f"{result['data']}, {result['split']} test"]
    for group in ("file", "speed"):
        lines += [
            f"{group:20}{name.replace('_', ' '):40}{value}" for name, value in result.get(group, {}).items()
        ]
    for kind in ("int8", "float"):
        for group, values in result.get(kind, {}).items():
            lines += [
                f"{kind:6}{group:14}{name.replace('_', ' '):40}{value}"
                for name, value in values.items()
                if isinstance(value, int | float)
            ]
            if group == "people":
                lines += _people(kind, values)
            for name, row in values.get("per_class", {}).items():
                lines.append(f"{kind:6}{group:14}{name:20}" + "  ".join(f"{k} {v}" for k, v in row.items()))
    return "\n".join(lines)


def _people(kind: str, values: dict[str, Any]) -> list[str]:
    """A line for each share, with how many it is of."""
    return [
        f"{kind:6}people        {group + ' ' + name.replace('_', ' '):48}{value['share']} of {value['of']}"
        for group in ("happy", "neutral", "surprise", "groups", "eyes")
        for name, value in values[group].items()
        if isinstance(value, dict) and value.get("of")
    ]
