"""Photos of single people who smile or do not (genki_dev), and which of them are clear cases.

One word stands behind each label, and many faces labelled as not smiling wear a faint smile. A case
is **clear** when

1. the person looks at the camera (yaw and pitch up to :data:`CLEAR_POSE`),
2. OpenCV's frontal cascade finds one face, of a fair size, and
3. a second opinion agrees with the label, and plainly: histograms of oriented gradients (Dalal and Triggs
   2005) and ridge regression, fitted to the labels of the *other* photos (five folds), and
4. two readers who looked at the faces in random order, without labels or anybody's scores, both saw what
   the label says (``portraits.csv``). A photo that they were not shown stands on the first three.

Nothing of the appliance takes part in this choice, neither its face finder nor its expression network, so
that the bench never leaves out what the appliance finds hard.
"""

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from appliance.imaging.haar import cascade_path
from models.training.errors import BadDataError
from models.training.genki import read_labels

READ = Path(__file__).with_name("portraits.csv")
"""What the readers saw: columns file, first, second; smile, none or unsure. They were general vision models,
not people, and were shown what the first three conditions leave of the development half of GENKI."""
CELL = 200
"""Pixels a side to which a photo is brought."""
CLEAR_POSE = 0.35
"""Radians of yaw and pitch up to which a face looks at the camera."""
SMALLEST_FACE, CLEAR_FACE = 24, 50
"""Pixels of a photo brought to :data:`CELL`: from where on a cascade's box counts, and can be read."""
CLEAR_MARGIN = 0.25
"""How far the second opinion must be on the label's side; -1 is no smile, 1 is a smile. With it five in six
smiling photos and three in four of the others remain."""
FOLDS = 5
RIDGE = 20.0
"""Weight of the penalty; the accuracy on the photos left out is .90 with anything from 5 to 50."""
_FACE = 64
_HOG = cv2.HOGDescriptor((_FACE, _FACE), (16, 16), (8, 8), (8, 8), 9)


@dataclass(frozen=True)
class Portrait:
    """``file``: its name in the list. ``picture`` uint8 [CELL, CELL, 3], BGR.

    ``face``: the cascade's box (left, top, side) if it found one face and no second one, else None.
    """

    file: str
    picture: np.ndarray
    smiles: bool
    frontal: bool
    face: tuple[int, int, int] | None

    def centred(self) -> np.ndarray:
        """The picture with its face in the middle, half as wide as the cell: faces can be exchanged so."""
        if self.face is None:
            return self.picture
        left, top, side = self.face
        scale = CELL / 2 / side
        matrix = np.array(
            [
                [scale, 0, CELL / 2 - scale * (left + side / 2)],
                [0, scale, CELL / 2 - scale * (top + side / 2)],
            ]
        )
        return cv2.warpAffine(self.picture, matrix, (CELL, CELL), borderMode=cv2.BORDER_REPLICATE)


def load(folder: Path) -> list[Portrait]:
    """Every photo of ``folder/labels.csv``. Raises BadDataError."""
    cascade = cv2.CascadeClassifier(str(cascade_path("haarcascade_frontalface_alt2.xml")))
    rows = read_labels(folder / "labels.csv", ("file", "smile", "yaw", "pitch"))
    try:
        return [_portrait(folder / row["file"], row, cascade) for row in rows]
    except ValueError as error:
        raise BadDataError(f"{folder}/labels.csv: {error}; yaw and pitch must be numbers") from None


def _portrait(path: Path, row: dict[str, str], cascade: cv2.CascadeClassifier) -> Portrait:
    picture = cv2.imread(str(path))
    if picture is None:
        raise BadDataError(f"{path} cannot be read as a picture")
    frontal = max(abs(float(row["yaw"])), abs(float(row["pitch"]))) <= CLEAR_POSE
    square = cv2.resize(picture, (CELL, CELL), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(square, cv2.COLOR_BGR2GRAY)
    found = cascade.detectMultiScale(grey, 1.1, 5, minSize=(SMALLEST_FACE,) * 2) if frontal else ()
    face = tuple(map(int, found[0][:3])) if len(found) == 1 else None
    return Portrait(row["file"], square, row["smile"] == "1", frontal, face)


def clear(portraits: list[Portrait]) -> list[Portrait]:
    """Those whose expression nobody would argue about; see the module's text."""
    fair = [one for one in portraits if one.face is not None and one.face[2] >= CLEAR_FACE]
    sides = np.array([1.0 if one.smiles else -1.0 for one in fair])
    agreed = second_opinion([_crop(one) for one in fair], sides) * sides >= CLEAR_MARGIN
    return [one for one, yes in zip(fair, agreed, strict=True) if yes and readers_agree(one)]


def readers_agree(portrait: Portrait) -> bool:
    """Whether nobody who looked at it saw anything but its label."""
    label = "smile" if portrait.smiles else "none"
    return all(verdict == label for verdict in readers().get(portrait.file, ()))


@functools.cache
def readers() -> dict[str, tuple[str, str]]:
    """What both readers saw in every photo that they were shown, by its name."""
    with READ.open(newline="") as stream:
        return {row["file"]: (row["first"], row["second"]) for row in csv.DictReader(stream)}


def second_opinion(faces: list[np.ndarray], sides: np.ndarray) -> np.ndarray:
    """float64 [N], about -1 (no smile) to 1: each of ``faces`` (uint8 [64, 64]) judged from the labels
    ``sides`` (-1 or 1) of the folds it is not in."""
    rows = np.array([_features(face) for face in faces])
    mirrored = np.array([_features(np.ascontiguousarray(face[:, ::-1])) for face in faces])
    fold = np.arange(len(faces)) % FOLDS
    opinion = np.zeros(len(faces))
    for one in range(FOLDS):
        others = fold != one
        known = np.concatenate([rows[others], mirrored[others]])
        square = known.T @ known + RIDGE * np.eye(known.shape[1])
        weights = np.linalg.solve(square, known.T @ np.tile(sides[others], 2))
        opinion[~others] = rows[~others] @ weights
    return opinion


def _features(face: np.ndarray) -> np.ndarray:
    return np.append(_HOG.compute(face).ravel(), 1.0)


def _crop(portrait: Portrait) -> np.ndarray:
    assert portrait.face is not None
    left, top, side = portrait.face
    grey = cv2.cvtColor(portrait.picture[top : top + side, left : left + side], cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.resize(grey, (_FACE, _FACE)), np.uint8)
