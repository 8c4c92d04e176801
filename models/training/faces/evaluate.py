"""``evaluate-faces``: measure face finders on labelled photos, side by side in one run."""

import argparse
import json
import time
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from models.training.errors import BadDataError
from models.training.faces import finders
from models.training.faces.data import Photo, read_boxes, read_picture
from models.training.faces.metrics import LIMITS, Judged, breakdown, figures, fit_scale, judge
from models.training.faces.sheet import worst_sheet
from models.training.faces.turn import turned

DETECTORS = ("cnn", "cascade", "yunet")
SWEEP = tuple(round(0.2 + 0.05 * step, 2) for step in range(12))
SHOWN = ("recall", "frame_ok", "false_per_image")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--boxes", type=Path, required=True, help="list of face boxes (as faces.csv)")
    parser.add_argument("--images", type=Path, required=True, help="folder the list's file names start from")
    parser.add_argument(
        "--detector", choices=DETECTORS, action="append", help="may be repeated; cnn if not given"
    )
    parser.add_argument(
        "--model", type=Path, default=Path("models/faces.json"), help="description of the network"
    )
    parser.add_argument("--peer", type=Path, help="YuNet's weights, for --detector yunet")
    parser.add_argument("--threshold", type=float, help="confidence for cnn, in place of the model's")
    parser.add_argument("--held-out", action="store_true", help="only the photos that training never sees")
    parser.add_argument("--folder", action="append", help="only photos of this folder; may be repeated")
    parser.add_argument("--roll", type=float, default=0.0, help="turn every photo by so many degrees")
    parser.add_argument(
        "--sweep", action="store_true", help="cnn's figures at many thresholds, to choose one"
    )
    parser.add_argument("--sheet", type=Path, help="draw the worst photos on one PNG")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def run(args: argparse.Namespace) -> int:
    cv2.setNumThreads(1)
    photos = [photo for photo in read_boxes(args.boxes) if chosen(photo, args)]
    if not photos:
        raise BadDataError(f"{args.boxes}: no photo is left to measure; see --held-out and --folder")
    if args.sweep:
        seen, _ = look(photos, args.images, {"cnn": finders.cnn(args.model, SWEEP[0])}, args.roll)
        print(sweep(seen["cnn"]))
        return 0
    names = args.detector or ["cnn"]
    seen, milliseconds = look(photos, args.images, {name: finder(name, args) for name in names}, args.roll)
    result = {name: report(seen[name], milliseconds[name]) for name in names}
    print(json.dumps(result, indent=1) if args.json else table(result))
    if args.sheet:
        worst_sheet(seen[names[0]], args.images, args.sheet, args.roll)
    return 0


def chosen(photo: Photo, args: argparse.Namespace) -> bool:
    """Whether the photo belongs to the part that is asked for."""
    return (photo.held_out or not args.held_out) and (not args.folder or photo.folder in args.folder)


def finder(name: str, args: argparse.Namespace) -> finders.Finder:
    if name == "cnn":
        return finders.cnn(args.model, args.threshold)
    if name == "cascade":
        return finders.cascade()
    if args.peer is None:
        raise BadDataError("--detector yunet needs --peer FILE, the weights of YuNet")
    return finders.peer(args.peer)


def look(
    photos: list[Photo], images: Path, by_name: dict[str, finders.Finder], roll: float = 0.0
) -> tuple[dict[str, list[Judged]], dict[str, list[float]]]:
    """Every finder on every photo fitted into 640x480: what it found, and the CPU ms of each call."""
    seen: dict[str, list[Judged]] = {name: [] for name in by_name}
    milliseconds: dict[str, list[float]] = {name: [] for name in by_name}
    for photo in tqdm(photos, unit="photo", disable=None):
        labelled, picture = turned(photo, read_picture(images / photo.file), roll)
        scale = fit_scale(picture.shape[1], picture.shape[0])
        size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
        fitted = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        light = face_light(fitted, labelled.boxes * scale)
        for name, find in by_name.items():
            began = time.process_time()
            boxes = find(fitted)
            milliseconds[name].append(1000 * (time.process_time() - began))
            seen[name].append(judge(labelled, boxes / np.float32([scale] * 4 + [1]), scale, light))
    return seen, milliseconds


def face_light(picture: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Mean grey level of each box x, y, w, h."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    corners = np.concatenate([boxes[:, :2], boxes[:, :2] + np.maximum(boxes[:, 2:], 1)], 1)
    whole = np.clip(corners, 0, [*grey.shape[::-1]] * 2).astype(int)
    return np.array([grey[t:b, l:r].mean() if b > t and r > l else 0 for l, t, r, b in whole])  # noqa: E741


def report(judged: list[Judged], milliseconds: list[float]) -> dict:
    """All figures of one finder."""
    return {
        "photos": len(judged),
        "cpu_ms": round(float(np.median(milliseconds)), 2),
        **{f">={limit}px": figures(judged, limit) for limit in LIMITS},
        f"recall_by >={LIMITS[0]}px": breakdown(judged, LIMITS[0]),
    }


def table(result: dict) -> str:
    """The main figures as text."""
    lines = [f"{'detector':10}{'size':>8}{'recall':>9}{'frame_ok':>10}{'false/image':>13}{'CPU ms':>9}"]
    for name, of_name in result.items():
        for limit in LIMITS:
            values = of_name[f">={limit}px"]
            shown = [values[key] if values[key] is not None else "-" for key in SHOWN]
            lines.append(
                f"{name:10}{f'>={limit}px':>8}{shown[0]:>9}{shown[1]:>10}{shown[2]:>13}{of_name['cpu_ms']:>9}"
            )
    return "\n".join(lines)


def sweep(judged: list[Judged]) -> str:
    """The main figures at each threshold, as text."""
    lines = [f"{'threshold':10}" + "".join(f"{f'{key} >={limit}':>21}" for limit in LIMITS for key in SHOWN)]
    for threshold in SWEEP:
        by_limit = [figures([one.above(threshold) for one in judged], limit) for limit in LIMITS]
        lines.append(
            f"{threshold:<10}" + "".join(f"{values[key]!s:>21}" for values in by_limit for key in SHOWN)
        )
    return "\n".join(lines)
