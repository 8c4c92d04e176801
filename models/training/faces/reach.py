"""``reach``: how far people may stand: real groups, shrunk step by step into a camera's picture.

A step is the median face of the group in pixels of a 640 wide picture, whatever the analysis image measures:
24 is about 3.7 m from a Camera Module 3, 1.9 m from a Wide one.  A group is a photo of 2 to 6 labelled faces,
none of them ignored and none more than 1.8 times as large as another.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from models.training.errors import BadDataError
from models.training.faces import finders
from models.training.faces.data import Photo, read_boxes, read_picture
from models.training.faces.metrics import fit_scale, judge

STEPS = (40, 28, 24, 20, 16, 12, 10)
FRAME = (2304, 1296)
"""Width and height of the camera's picture, into which the photo is shrunk."""
ANALYSED = (1152, 648)
"""The image in which faces are looked for; the finders make of it what they need."""
PEER_WIDTHS = (640, 1280)
FEWEST, MOST, LEAST, ALIKE = 2, 6, 48.0, 1.8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--boxes", type=Path, required=True, help="list of face boxes (as faces.csv)")
    parser.add_argument("--images", type=Path, required=True, help="folder the list's file names start from")
    parser.add_argument("--model", type=Path, default=Path("models/faces.json"))
    parser.add_argument("--peer", type=Path, help="YuNet's weights, to be measured beside ours")
    parser.add_argument("--threshold", type=float, help="confidence, in place of the model's")
    parser.add_argument("--all", action="store_true", help="also photos that training sees")
    parser.add_argument("--steps", type=int, nargs="+", default=STEPS, metavar="PX")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def run(args: argparse.Namespace) -> int:
    cv2.setNumThreads(1)
    photos = [photo for photo in read_boxes(args.boxes) if is_group(photo) and (args.all or photo.held_out)]
    if not photos:
        raise BadDataError(f"{args.boxes}: no photo of a group is left to measure; see --all")
    by_name = {"cnn": finders.cnn(args.model, args.threshold)}
    if args.peer:
        by_name |= {f"yunet {w}": finders.peer(args.peer, w, w * 9 // 16) for w in PEER_WIDTHS}
    result = {}
    for step in args.steps:
        seen: dict[str, list[Counted]] = {name: [] for name in by_name}
        for photo, image in tqdm(framed(photos, args.images, step), total=len(photos), disable=None):
            for name, find in by_name.items():
                seen[name].append(count(photo, find(image)))
        result[step] = {name: figures(counted) for name, counted in seen.items() if counted}
    print(json.dumps(result, indent=1) if args.json else table(result))
    return 0


def is_group(photo: Photo) -> bool:
    """Whether the photo shows a few people who are about equally far away, all of them labelled."""
    sides = np.sqrt(photo.boxes[:, 2:].prod(1))
    return bool(
        photo.folder == "wider_train"
        and FEWEST <= len(sides) <= MOST
        and not photo.ignore.any()
        and sides.min() >= LEAST
        and sides.max() < ALIKE * sides.min()
    )


def framed(photos: list[Photo], images: Path, step: float) -> Iterator[tuple[Photo, np.ndarray]]:
    """Each photo with its boxes, in the middle of an analysis image, its median face of ``step``.

    Left out where it would not fit.
    """
    for photo in photos:
        picture = read_picture(images / photo.file)
        scale = step * FRAME[0] / 640 / float(np.median(np.sqrt(photo.boxes[:, 2:].prod(1))))
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=way)
        if small.shape[1] > FRAME[0] or small.shape[0] > FRAME[1]:
            continue
        frame = np.full((FRAME[1], FRAME[0], 3), np.median(picture.reshape(-1, 3), 0), np.uint8)
        left, top = (FRAME[0] - small.shape[1]) // 2, (FRAME[1] - small.shape[0]) // 2
        frame[top : top + small.shape[0], left : left + small.shape[1]] = small
        boxes = photo.boxes * scale + np.float32([left, top, 0, 0])
        moved = Photo(photo.file, boxes * ANALYSED[0] / FRAME[0], photo.ignore, photo.attributes)
        yield moved, cv2.resize(frame, ANALYSED, interpolation=cv2.INTER_AREA)


@dataclass(frozen=True)
class Counted:
    """Of one picture: faces, how many of them were found, and boxes that found none."""

    faces: int
    found: int
    false: int


def count(photo: Photo, boxes: np.ndarray) -> Counted:
    """``boxes`` [N, 5]: x, y, w, h in pixels of the image that ``photo`` has its boxes in, confidence."""
    judged = judge(photo, boxes, fit_scale(*ANALYSED))
    return Counted(len(photo.boxes), int(judged.found.sum()), int(judged.false.sum()))


def figures(counted: list[Counted]) -> dict[str, float]:
    """Share of faces found, of groups found whole, and boxes too many a picture."""
    return {
        "groups": len(counted),
        "faces_found": round(sum(c.found for c in counted) / sum(c.faces for c in counted), 3),
        "groups_whole": round(sum(c.found == c.faces for c in counted) / len(counted), 3),
        "too_many": round(sum(c.false for c in counted) / len(counted), 3),
    }


def table(result: dict[int, dict[str, dict[str, float]]]) -> str:
    """The figures as text, a line a step and finder."""
    shown = ("groups", "faces_found", "groups_whole", "too_many")
    lines = ["  px finder      " + "".join(f"{key:>14}" for key in shown)]
    lines += [
        f"{step:>4} {name:12}" + "".join(f"{of[key]:>14}" for key in shown)
        for step, by_name in result.items()
        for name, of in by_name.items()
    ]
    return "\n".join(lines)
