"""The people of the demo scene: averages of many faces, each average a person who does not exist.

A person starts at one row of FER-2013's Training part. The neutral rows whose upper half is nearest to it
are averaged, the search is repeated from that average, and so it drifts to where faces are dense. The happy
rows nearest to the result make the same person smile. Before averaging, every face is aligned with the
average so far (Evangelidis & Psarakis 2008, enhanced correlation coefficient), at twice the pixels: eyes and
mouths stay sharp.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.errors import BadDataError, TrainingError

Faces = NDArray[np.float32]
Warp = NDArray[np.float32]

SIDE = 48
ENLARGED = 2
"""The averages have this many times the pixels of a face: shifted by fractions, the faces add detail."""

AT_LEAST = 40
"""Faces in an average, so that nobody can be recognised in it."""

CANDIDATES = 80
"""Rows to average; those that cannot be aligned are left out."""

DRIFTS = 2
"""How often the search is repeated from the average it gave."""

PEOPLE = {"Ada": 8664, "Ben": 15702, "Cleo": 10197, "Dan": 15901}
"""A name for each person, and the row of fer2013.npz where the search for the face starts."""

_NEUTRAL, _HAPPY = (6, 0), (3, 1)  # label of FER-2013, column of the FER+ votes
_VOTES = {_NEUTRAL: 7, _HAPPY: 9}  # of ten people who looked at the face

_Y, _X = np.mgrid[:SIDE, :SIDE]
_FACE = (((_X - 23.5) / 17) ** 2 + ((_Y - 25) / 22) ** 2) < 1
_UPPER = _FACE & (_Y < 27)  # eyes and brows, where a smile changes little


@dataclass(frozen=True)
class Averaged:
    """A face of float32 [96, 96], mean 0 and deviation 1 on the face, of so many rows."""

    face: Faces
    rows: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--data", type=Path, required=True, help="fer2013.npz")
    parser.add_argument("--out", type=Path, default=Path("models/scene.npz"), help="default: %(default)s")


def run(args: argparse.Namespace) -> int:
    """Build the file; prints how many faces went into each average."""
    neutral_rows, happy_rows, images = _load(args.data)
    neutral, happy = _normal(images[neutral_rows]), _normal(images[happy_rows])
    rest, smiles, counts = [], [], []
    for name, row in PEOPLE.items():
        start = _normal(images[row : row + 1])[0]
        at_rest = _person(start, neutral)
        smiling = _average(cv2.resize(at_rest.face, (SIDE, SIDE), interpolation=cv2.INTER_AREA), happy)
        rest.append(_grey(at_rest.face))
        smiles.append(_grey(_aligned(smiling.face, at_rest.face, _UPPER)))
        counts.append((at_rest.rows, smiling.rows))
        print(f"{name}: {at_rest.rows} neutral faces, {smiling.rows} happy faces")
    args.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        args.out,
        names=np.array(list(PEOPLE)),
        neutral=np.stack(rest),
        happy=np.stack(smiles),
        faces_averaged=np.array(counts, np.int32),
    )
    print(f"{args.out}: {args.out.stat().st_size / 1000:.0f} kB")
    return 0


def _load(path: Path) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
    """Rows of plainly neutral and plainly happy faces of the Training part, and all images."""
    try:
        with path.open("rb") as file, np.load(file) as data:
            images, fer, usage, votes = (data[name] for name in ("images", "fer", "usage", "ferplus"))
    except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
        raise BadDataError(f"{path} is not FER-2013 with the FER+ votes: {error}") from error
    if images.shape[1:] != (SIDE, SIDE):
        raise BadDataError(f"{path}: images are {list(images.shape)}, expected [n, {SIDE}, {SIDE}]")

    def rows(kind: tuple[int, int]) -> NDArray[np.int64]:
        label, column = kind
        return np.flatnonzero((usage == 0) & (fer == label) & (votes[:, column] >= _VOTES[kind]))

    return rows(_NEUTRAL), rows(_HAPPY), images


def _normal(images: NDArray[np.uint8]) -> Faces:
    """Brightness and contrast of the face set to mean 0, deviation 1."""
    faces = images.astype(np.float32)
    inside = faces[:, _FACE]
    mean, deviation = inside.mean(1), inside.std(1) + 6
    return np.asarray((faces - mean[:, None, None]) / deviation[:, None, None], dtype=np.float32)


def _features(faces: Faces) -> Faces:
    """The upper half, at half the size: what makes two faces alike whatever the mouth does."""
    small = [
        cv2.resize(face * _UPPER, (SIDE // 2, SIDE // 2), interpolation=cv2.INTER_AREA) for face in faces
    ]
    return np.stack(small)[:, : SIDE // 2 * 26 // SIDE + 1].reshape(len(faces), -1)


def _person(start: Faces, faces: Faces) -> Averaged:
    averaged = _average(start, faces)
    for _ in range(DRIFTS - 1):
        small = cv2.resize(averaged.face, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        averaged = _average(np.asarray(small, np.float32), faces)
    return averaged


def _average(like: Faces, faces: Faces) -> Averaged:
    """The aligned average of the faces nearest to ``like``."""
    distance = ((_features(faces) - _features(like[None])) ** 2).sum(1)
    nearest = faces[np.argsort(distance, kind="stable")[:CANDIDATES]]
    target = nearest.mean(0)
    for _ in range(3):
        aligned = [
            _warped(face, warp) for face in nearest if (warp := _warp(target, face, _FACE)) is not None
        ]
        if len(aligned) < AT_LEAST:
            raise TrainingError(f"only {len(aligned)} of {CANDIDATES} faces can be aligned: start elsewhere")
        average = np.mean(aligned, axis=0, dtype=np.float32)
        target = cv2.resize(average, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return Averaged(average, len(aligned))


def _warp(target: Faces, face: Faces, where: NDArray[np.bool_]) -> Warp | None:
    """The affine map from the target's pixels to the face's; None if there is none close to identity."""
    criteria = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 40, 1e-4)
    start = np.eye(2, 3, dtype=np.float32)
    mask = where.astype(np.uint8) * 255
    try:
        likeness, warp = cv2.findTransformECC(target, face, start, cv2.MOTION_AFFINE, criteria, mask, 5)
    except cv2.error:  # did not converge
        return None
    too_far = np.abs(warp[:, :2] - np.eye(2)).max() > 0.25
    return None if likeness < 0 or too_far else np.asarray(warp, np.float32)


def _warped(face: Faces, warp: Warp) -> Faces:
    """The face in the target's place, enlarged."""
    half = (ENLARGED - 1) / (2 * ENLARGED)  # pixel centres: u = (U + 0.5) / ENLARGED - 0.5
    enlarge = np.array([[1 / ENLARGED, 0, -half], [0, 1 / ENLARGED, -half], [0, 0, 1]], np.float32)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    side = SIDE * ENLARGED
    moved = cv2.warpAffine(face, warp @ enlarge, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def _aligned(face: Faces, target: Faces, where: NDArray[np.bool_]) -> Faces:
    """``face`` (enlarged) moved onto ``target`` (enlarged), judged by the part ``where``."""
    size = (face.shape[1], face.shape[0])
    mask = np.asarray(cv2.resize(where.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)).astype(bool)
    warp = _warp(target, face, mask)
    if warp is None:
        return face
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(face, warp, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32
    )


def _grey(face: Faces) -> NDArray[np.uint8]:
    """uint8 grey of middle brightness."""
    return np.clip(np.round(128 + 50 * face), 0, 255).astype(np.uint8)
