"""Measures what each probability threshold means on faces: the numbers behind ``rule.sensitivity``.

The shipped int8 model is asked, exactly as the appliance asks it: on the crops of FER-2013's PublicTest with
FER+ votes (how many of ten people saw the expression), on photos of single people with smile labels, where
the appliance's own face finder looks for the face first, and on faces of photographs that were read.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from appliance.inference.folder import models_folder
from appliance.pipeline.decide.sensitivity import THRESHOLDS
from appliance.pipeline.decide.showing import expression_probability
from appliance.pipeline.judge import ExpressionModel
from appliance.records.faces import JudgedFace
from appliance.records.labels import EXPRESSIONS
from models.training.expression import data, people_bench
from models.training.expression.figures import CLEAR
from models.training.expression.labels import FERPLUS_COLUMN
from models.training.genki import OwnFinder, read_labels

GRID = tuple(round(0.05 * step, 2) for step in range(2, 20))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="folder with fer2013.npz, genki_dev, faces"
    )
    parser.add_argument(
        "--grid", action="store_true", help="every threshold from .10 to .95, not only those in use"
    )
    parser.add_argument("--json", action="store_true")


def run(args: argparse.Namespace) -> int:
    """Print the tables."""
    thresholds = {name: GRID if args.grid else tuple(levels.values()) for name, levels in THRESHOLDS.items()}
    model = ExpressionModel(models_folder())
    result = {
        "ferplus": ferplus(model, args.data / "fer2013.npz", thresholds),
        "genki": genki(model, args.data / "genki_dev", thresholds["happy"]),
        "people": people(model, args.data / "faces", thresholds["happy"]),
    }
    print(json.dumps(result, indent=1) if args.json else _tables(result))
    return 0


def ferplus(
    model: ExpressionModel, path: Path, thresholds: Mapping[str, Sequence[float]]
) -> dict[str, list[dict[str, float]]]:
    """For each expression and threshold: the share that passes of faces where most, half, none saw it."""
    faces = data.load(path).public_test
    scores = np.array([given_a_face(model.judge_crop(image).scores) for image in faces.images])
    votes = faces.votes / np.maximum(1, faces.votes.sum(1, keepdims=True))
    result = {}
    for index, name in enumerate(EXPRESSIONS):
        seen = votes[:, FERPLUS_COLUMN[name]]
        groups = {"clear": seen >= CLEAR, "half": (seen >= 0.4) & (seen < CLEAR), "none": seen == 0}
        result[name] = [
            {"threshold": limit}
            | {key: round(float((scores[rows, index] >= limit).mean()), 4) for key, rows in groups.items()}
            | {f"{key}_faces": int(rows.sum()) for key, rows in groups.items()}
            for limit in thresholds[name]
        ]
    return result


def given_a_face(scores: Mapping[str, float]) -> np.ndarray:
    """float64 [7]: as the rule counts, given that it is a face."""
    return np.array([scores[name] for name in EXPRESSIONS]) / max(1e-9, 1 - scores["not_a_face"])


def genki(model: ExpressionModel, folder: Path, thresholds: Sequence[float]) -> list[dict[str, float]]:
    """Share of smilers and of others called smiling; a face that is not found does not smile."""
    rows = read_labels(folder / "labels.csv", ("file", "smile"))
    finder = OwnFinder()
    smile = np.array([row["smile"] == "1" for row in rows])
    scores = np.zeros(len(rows))
    for i, row in enumerate(rows):
        frame, found = finder.largest(folder / row["file"])
        if found is not None:
            judged = JudgedFace(
                box=found.box, confidence=found.confidence, scores=model.judge(frame.grey, found.box).scores
            )
            scores[i] = expression_probability(("happy",), judged)
    return [
        {
            "threshold": limit,
            "smilers": round(float((scores >= limit)[smile].mean()), 4),
            "others": round(float((scores >= limit)[~smile].mean()), 4),
            "photos": len(rows),
            "faces_missed": int((scores == 0).sum()),
        }
        for limit in thresholds
    ]


def people(model: ExpressionModel, folder: Path, thresholds: Sequence[float]) -> list[dict[str, float]]:
    """Share of faces of photographs called smiling, by what readers saw: clear and faint smiles, and none."""
    faces = people_bench.load(folder, "dev")
    happy = EXPRESSIONS.index("happy")
    scores = np.array([given_a_face(model.probabilities(crop))[happy] for crop in faces.crops])
    codes = {"clear": faces.clear("S"), "faint": faces.clear("f"), "none": faces.clear("n")}
    return [
        {"threshold": limit}
        | {name: round(float((scores[rows] >= limit).mean()), 4) for name, rows in codes.items()}
        | {f"{name}_faces": int(rows.sum()) for name, rows in codes.items()}
        for limit in thresholds
    ]


def _tables(result: dict[str, Any]) -> str:
    lines = [
        "| expression | threshold | passes: clear | half see it | nobody sees it | faces |",
        "|---|---|---|---|---|---|",
    ]
    for name, rows in result["ferplus"].items():
        for row in rows:
            counts = " / ".join(str(row[f"{key}_faces"]) for key in ("clear", "half", "none"))
            lines.append(
                f"| {name} | {row['threshold']:.2f} | {row['clear']:.3f} | {row['half']:.3f} "
                f"| {row['none']:.4f} | {counts} |"
            )
    lines += [
        "",
        "| threshold | smilers that pass | others that pass | photos | faces missed |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['threshold']:.2f} | {row['smilers']:.3f} | {row['others']:.3f} "
        f"| {row['photos']} | {row['faces_missed']} |"
        for row in result["genki"]
    ]
    lines += [
        "",
        "| threshold | clear smiles that pass | faint ones | none | faces |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['threshold']:.2f} | {row['clear']:.3f} | {row['faint']:.3f} | {row['none']:.4f} "
        f"| {row['clear_faces']} / {row['faint_faces']} / {row['none_faces']} |"
        for row in result["people"]
    ]
    return "\n".join(lines)
