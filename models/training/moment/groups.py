"""Real photos of groups, each shown for two seconds: whether a photo is taken of those who all smile, and of
those in which somebody does not.

``groups.csv`` names photos of WIDER FACE (``faces/wider_train``) of couples, families and people shaking
hands: two to six faces of 40 pixels and more at 640x480, none in an unusual pose. One person looked at each,
before the appliance did, and left out those about which one could argue. The face finder was trained on most
of them; nobody's expression in them was ever taught.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import cv2

from appliance.hw.cameras.convert import make_frame
from appliance.records.frame import Frame
from models.training.errors import BadDataError
from models.training.moment.recordings import RATE, SIZE

LIST = Path(__file__).with_name("groups.csv")


def groups(folder: Path, seconds: float) -> Iterator[tuple[bool, Iterator[Frame]]]:
    """Whether all smile, and the photo shown for ``seconds``. ``folder`` is that of faces.csv.

    Raises BadDataError.
    """
    with LIST.open(newline="") as file:
        for row in csv.DictReader(file):
            yield row["all_smile"] == "1", _shown(folder / row["file"], seconds)


def _shown(path: Path, seconds: float) -> Iterator[Frame]:
    picture = cv2.imread(str(path))
    if picture is None:
        raise BadDataError(f"{path} cannot be read as a picture")
    for number in range(round(seconds * RATE)):
        yield make_frame(number, number / RATE, picture, SIZE)
