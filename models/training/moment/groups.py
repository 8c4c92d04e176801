"""Real photos of groups, each shown for two seconds: whether a photo is taken of those who all smile, and of
those in which somebody does not.

``groups.csv`` names photos of WIDER FACE (``faces/wider_train``) of couples, families and people shaking
hands: two to six faces of 40 pixels and more at 640x480, none in an unusual pose. One person looked at each,
before the appliance did, and left out those about which one could argue. The face finder was trained on most
of them; nobody's expression in them was ever taught.
"""

import csv
import math
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2

from appliance.hw.cameras.convert import make_frame
from appliance.records.frame import Frame
from models.training.errors import BadDataError
from models.training.expression import prepare, readings
from models.training.moment.recordings import RATE, SIZE

LIST = Path(__file__).with_name("groups.csv")
MOST_READ = 8
SMALLEST, FOUND = 24, 12
"""Pixels of the stored photo: of faces in a group that was read, and from which others would be found."""


def groups(folder: Path, seconds: float) -> Iterator[tuple[bool, Iterator[Frame]]]:
    """Whether all smile, and the photo shown for ``seconds``. ``folder`` is that of faces.csv.

    Raises BadDataError.
    """
    with LIST.open(newline="") as file:
        for row in csv.DictReader(file):
            yield row["all_smile"] == "1", _shown(folder / row["file"], seconds)


def read_groups(folder: Path, seconds: float) -> Iterator[tuple[bool, Iterator[Frame]]]:
    """The same for photos of which every face was read and is clear (``expressions.csv``), and which nothing
    was learned from: two to eight faces of :data:`SMALLEST` pixels and more, all smiling or somebody not.

    Raises BadDataError.
    """
    photos = defaultdict(list)
    for face in readings.read(folder):
        if readings.split_of(face.file) != "train":
            photos[face.file].append(face)
    labelled = prepare.read_boxes(folder)
    for file, faces in photos.items():
        clear = all(face.says("S") or face.says("n") for face in faces)
        large = all(face.size >= SMALLEST for face in faces)
        if 2 <= len(faces) <= MOST_READ and clear and large and len(faces) >= _people(labelled[file]):
            yield all(face.says("S") for face in faces), _shown(folder / file, seconds)


def _people(rows: list[dict[str, str]]) -> float:
    """Labelled faces that a finder could find; endless where some are marked as not to be judged."""
    if any(row["ignore"] == "1" for row in rows):
        return math.inf
    return sum(row["by"] != "negative" and min(float(row["w"]), float(row["h"])) >= FOUND for row in rows)


def _shown(path: Path, seconds: float) -> Iterator[Frame]:
    picture = cv2.imread(str(path))
    if picture is None:
        raise BadDataError(f"{path} cannot be read as a picture")
    for number in range(round(seconds * RATE)):
        yield make_frame(number, number / RATE, picture, SIZE)
