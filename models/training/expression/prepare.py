"""``prepare``: check the data, and mine crops of no face and of faces without an expression label.

What a cascade takes for a face and no person labelled as one is the ``not_a_face`` the appliance will meet.
The labelled faces beside them carry no expression, but they do say "a face": without them a network that
knows only FER-2013's frontal faces would throw out turned, masked and blurred ones.
"""

import argparse
import csv
import zlib
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from models.training.errors import BadDataError
from models.training.expression import data
from models.training.expression.crops import cut

SIZE = 48
SMALLEST_FACE = 20  # pixels; smaller faces are never judged
CASCADE_BOXES_PER_PHOTO = 8
RANDOM_BOXES_PER_PHOTO = 2
FACES_PER_PHOTO = 8
HELD_OUT = 6  # every sixth photo, by a checksum of its name, is for measuring only
Box = tuple[float, float, float, float]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Command line of ``prepare``."""
    parser.add_argument("--data", type=Path, required=True, help="fer2013.npz")
    parser.add_argument("--faces", type=Path, help="folder with faces.csv: photos with and without faces")
    parser.add_argument("--out", type=Path, required=True, help="mined crops, an .npz file")
    parser.add_argument("--limit", type=int, help="look at this many photos only")
    parser.add_argument("--seed", type=int, default=0)


def run(args: argparse.Namespace) -> int:
    """Print what the data holds; write the mined crops."""
    fer = data.load(args.data)
    for name in ("training", "public_test", "private_test"):
        print(f"{name} {len(getattr(fer, name))}")
    if args.faces:
        crops = mine(args.faces, args.seed, args.limit)
        args.out.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(args.out, **crops)
        for name, array in crops.items():
            print(f"{name} {len(array)}")
    return 0


def read_boxes(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Rows of faces.csv by photo.

    :raises BadDataError: no faces.csv, or a column is missing
    """
    path = folder / "faces.csv"
    try:
        with path.open(newline="") as stream:
            rows = list(csv.DictReader(stream))
    except OSError as error:
        raise BadDataError(f"{path}: {error.strerror}; expected the table of face boxes") from None
    missing = {"file", "x", "y", "w", "h", "by", "ignore", "blur", "occlusion"} - set(rows[0] if rows else ())
    if missing:
        raise BadDataError(f"{path}: column {', '.join(sorted(missing))} is missing")
    photos = defaultdict(list)
    for row in rows:
        photos[row["file"]].append(row)
    return dict(photos)


def mine(
    folder: Path, seed: int = 0, limit: int | None = None, measuring: bool = False
) -> dict[str, np.ndarray]:
    """Crops uint8 ``[N, 48, 48]`` under ``cascade``, ``random``, ``faces`` and, from photos held out,
    ``*_held_out``; with ``measuring`` from those alone, and the same ones.

    The figures "false boxes rejected" and "true faces rejected" are taken on ``cascade_held_out`` and
    ``cascade_true_held_out``: what a cascade finds, away from every labelled face and on one.
    """
    cascade = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
    photos = read_boxes(folder)
    names = sorted(photos)[:: max(1, len(photos) // limit) if limit else 1]
    if measuring:
        names = [name for name in names if _held_out(name)]
    found: dict[str, list[np.ndarray]] = defaultdict(list)
    for name in tqdm(names, unit="photo"):
        grey = cv2.imread(str(folder / name), cv2.IMREAD_GRAYSCALE)
        if grey is None:
            continue
        held_out = _held_out(name)
        rng = np.random.default_rng(
            [seed, zlib.crc32(name.encode())]
        )  # the same whichever photos come before
        rows = [row for row in photos[name] if row["by"] != "negative"]
        taken = [_box(row) for row in rows]
        suffix = "_held_out" if held_out else ""
        false_boxes = cascade_mistakes(grey, taken, cascade, 1 if held_out else 0, rng)
        found["cascade" + suffix] += [cut(grey, box, SIZE, None) for box in false_boxes]
        if held_out:
            true_boxes = cascade_finds(grey, rows, cascade)
            found["cascade_true_held_out"] += [cut(grey, box, SIZE, None) for box in true_boxes]
        found["random" + suffix] += [cut(grey, box, SIZE, None) for box in background(grey, taken, rng)]
        found["faces" + suffix] += labelled_faces(grey, rows, rng)
    return {name: np.array(crops, np.uint8).reshape(-1, SIZE, SIZE) for name, crops in found.items()}


def _held_out(name: str) -> bool:
    return zlib.crc32(name.encode()) % HELD_OUT == 0


def cascade_mistakes(
    grey: np.ndarray,
    taken: list[Box],
    cascade: cv2.CascadeClassifier,
    neighbours: int,
    rng: np.random.Generator,
) -> list[Box]:
    """Boxes the cascade finds away from every labelled face and from each other.

    ``neighbours`` 0 gives every single hit, several times as many pictures to learn from; 1 or more gives
    what a program that uses the cascade would meet, which is what to measure on.
    """
    found = cascade.detectMultiScale(grey, 1.2, neighbours, minSize=(SMALLEST_FACE, SMALLEST_FACE))
    boxes: list[Box] = []
    for box in rng.permutation(np.reshape(found, (-1, 4))).astype(float):
        if len(boxes) < CASCADE_BOXES_PER_PHOTO and not _touches(tuple(box), taken + boxes):
            boxes.append(tuple(box))
    return boxes


def cascade_finds(grey: np.ndarray, rows: list[dict[str, str]], cascade: cv2.CascadeClassifier) -> list[Box]:
    """The cascade's boxes that overlap a labelled face by an IoU of .3 or more."""
    found = cascade.detectMultiScale(grey, 1.2, 3, minSize=(SMALLEST_FACE, SMALLEST_FACE))
    faces = [_box(row) for row in rows if row["ignore"] == "0"]
    boxes: list[Box] = [tuple(map(float, box)) for box in np.reshape(found, (-1, 4))]
    return [box for box in boxes if any(_overlap(box, face) >= 0.3 for face in faces)]


def background(grey: np.ndarray, taken: list[Box], rng: np.random.Generator) -> list[Box]:
    """Random squares away from every labelled face."""
    height, width = grey.shape
    boxes = []
    for _ in range(4 * RANDOM_BOXES_PER_PHOTO):
        side = float(np.exp(rng.uniform(np.log(24), np.log(max(25, min(height, width) * 0.7)))))
        box = (rng.uniform(0, max(1, width - side)), rng.uniform(0, max(1, height - side)), side, side)
        if not _touches(box, taken):
            boxes.append(box)
    return boxes[:RANDOM_BOXES_PER_PHOTO]


def labelled_faces(
    grey: np.ndarray, rows: list[dict[str, str]], rng: np.random.Generator
) -> list[np.ndarray]:
    """Crops of labelled faces that a person could judge: not ignored, not heavily blurred or occluded."""
    good = [
        _box(row)
        for row in rows
        if row["ignore"] == "0"
        and row["blur"] != "2"
        and row["occlusion"] != "2"
        and min(float(row["w"]), float(row["h"])) >= SMALLEST_FACE
    ]
    rng.shuffle(good)
    return [cut(grey, tuple(box), SIZE) for box in good[:FACES_PER_PHOTO]]


def _box(row: dict[str, str]) -> Box:
    return (float(row["x"]), float(row["y"]), float(row["w"]), float(row["h"]))


def _overlap(a: Box, b: Box) -> float:
    """Area in common over area of both."""
    wide = max(0.0, min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]))
    high = max(0.0, min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1]))
    return wide * high / (a[2] * a[3] + b[2] * b[3] - wide * high)


def _touches(box: Box, others: list[Box]) -> bool:
    """Whether the boxes share more than a tenth of the smaller one."""
    x, y, w, h = box
    for ox, oy, ow, oh in others:
        wide, high = min(x + w, ox + ow) - max(x, ox), min(y + h, oy + oh) - max(y, oy)
        if wide > 0 and high > 0 and wide * high > 0.1 * min(w * h, ow * oh):
            return True
    return False
