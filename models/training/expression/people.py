"""``prepare-people``: crops of the faces that were read (``readings``) and of labelled faces nobody read.

Each crop is a square :data:`MARGIN` times the one the network sees, so that a shifted or turned view shows
what is really beside the face.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from models.training.errors import BadDataError
from models.training.expression import prepare, readings
from models.training.expression.crops import STANDARD, CropRule, cut

MARGIN = 1.5
SIDE = 96
"""Pixels of a crop; the network's 48 pixels are 64 of it."""
WIDE = CropRule(side=MARGIN * STANDARD.side)
SMALLEST = 14
"""Pixels of a face nobody read, from which it teaches."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Command line of ``prepare-people``."""
    parser.add_argument("--faces", type=Path, required=True, help="folder with faces.csv and expressions.csv")
    parser.add_argument("--out", type=Path, required=True, help="crops, an .npz file")
    parser.add_argument("--limit", type=int, help="so many photos only, for a trial")


def run(args: argparse.Namespace) -> int:
    """Cut, and write the crops whole or not at all."""
    crops = prepare_people(args.faces, args.limit)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    temporary = args.out.with_name(f".{args.out.stem}.new.npz")
    np.savez(temporary, **crops)
    temporary.replace(args.out)
    for name, array in crops.items():
        print(f"{name} {len(array)}")
    return 0


def prepare_people(folder: Path, limit: int | None = None) -> dict[str, np.ndarray]:
    """``read`` uint8 ``[N, 96, 96]`` of the training split with the readers' ``expressions`` float32
    ``[N, 6]`` and ``eyes`` float32 ``[N, 3]`` (shares, in the order of the codes), and ``unread`` uint8
    ``[M, 96, 96]``.

    :raises BadDataError: a table is damaged, or a photo unreadable
    """
    read = [one for one in readings.read(folder) if readings.split_of(one.file) == "train"]
    known = {(one.file, one.box) for one in read}
    others = [box for box in _labelled(folder) if box not in known]
    if limit:
        names = set(sorted({one.file for one in read})[:limit])
        read = [one for one in read if one.file in names]
        others = [(file, box) for file, box in others if file in names]
    return {
        "read": cut_all(folder, [(one.file, one.box) for one in read], SIDE, WIDE),
        "expressions": readings.shares([one.expressions for one in read], readings.EXPRESSIONS),
        "eyes": readings.shares([one.eyes for one in read], readings.EYES),
        "unread": cut_all(folder, others, SIDE, WIDE),
    }


def _labelled(folder: Path) -> list[tuple[str, readings.Box]]:
    """Faces of faces.csv in photos that may teach; not the ignored, the smallest or the heavily blurred."""
    return [
        (file, (x, y, w, h))
        for file, rows in prepare.read_boxes(folder).items()
        if readings.may_teach(file)
        for row in rows
        if row["by"] != "negative" and row["ignore"] == "0" and row["blur"] != "2"
        for x, y, w, h in [tuple(float(row[name]) for name in "xywh")]
        if min(w, h) >= SMALLEST
    ]


def cut_all(
    folder: Path, faces: Sequence[tuple[str, readings.Box]], side: int, rule: CropRule = STANDARD
) -> np.ndarray:
    """uint8 ``[N, side, side]``, in the order of ``faces``; every photo is opened once.

    :raises BadDataError: a photo is unreadable, or a box lies outside of it
    """
    rows = defaultdict(list)
    for row, (file, _) in enumerate(faces):
        rows[file].append(row)
    crops = np.zeros((len(faces), side, side), np.uint8)
    for file in tqdm(rows, unit="photo", leave=False, mininterval=5):
        grey = cv2.imread(str(folder / file), cv2.IMREAD_GRAYSCALE)
        if grey is None:
            raise BadDataError(
                f"{folder / file}: gone, or not readable as a picture; its faces are in a table"
            )
        for row in rows[file]:
            x, y, w, h = box = faces[row][1]
            if x + w <= 0 or y + h <= 0 or x >= grey.shape[1] or y >= grey.shape[0]:
                raise BadDataError(
                    f"{folder / file}: the face at {x:g}, {y:g}, {w:g}, {h:g} lies outside of its "
                    f"{grey.shape[1]}x{grey.shape[0]} pixels"
                )
            crops[row] = cut(grey, box, side, rule)
    return crops


def middle(crops: np.ndarray, side: int) -> np.ndarray:
    """uint8 ``[N, side, side]`` of wide crops uint8 ``[N, S, S]``: what the network sees, unmoved."""
    inner = round(crops.shape[1] / MARGIN)
    edge = (crops.shape[1] - inner) // 2
    inside = crops[:, edge : edge + inner, edge : edge + inner]
    return np.stack([cv2.resize(one, (side, side), interpolation=cv2.INTER_AREA) for one in inside])


def load(path: Path) -> dict[str, np.ndarray]:
    """What :func:`prepare_people` made.

    :raises BadDataError: missing, damaged, or another file
    """
    names = ("read", "expressions", "eyes", "unread")
    try:
        with path.open("rb") as stream, np.load(stream) as archive:
            arrays = {name: archive[name] for name in names}
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise BadDataError(f"{path}: not the crops that prepare-people writes ({error})") from None
    if len({len(arrays[name]) for name in names[:3]}) != 1:
        raise BadDataError(f"{path}: read, expressions and eyes differ in length; run prepare-people again")
    return arrays
