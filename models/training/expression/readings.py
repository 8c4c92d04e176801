"""What readers saw in faces of photographs: ``expressions.csv``, checked row by row, split, and as targets.

Codes of the expression: S clear smile, f faint or doubtful smile, n none, a another strong feeling,
u surprise, x cannot be told. Codes of the eyes: o open, c closed or lowered, h not to be seen. A second
reader's codes may stand beside the first one's, in ``expression2`` and ``eyes2``.
"""

import csv
import functools
import math
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from models.training.errors import BadDataError

FILE = "expressions.csv"
COLUMNS = ("file", "x", "y", "w", "h", "expression", "eyes")
SECOND = ("expression2", "eyes2")
EXPRESSIONS, EYES = "Sfnaux", "och"
SCENES = Path(__file__).with_name("scenes.csv")
"""Photos of one film scene or of one person: columns file, scene. Found by the likeness of the pictures
(32x32 grey, correlation above .85), by that of the faces (features of a published recognition network), and
by name."""
GROUPS = Path(__file__).parents[1] / "moment" / "groups.csv"
SIXTHS = 6
"""Every sixth scene is for the final figures (the photos that ``prepare`` holds out too), another sixth for
choices and thresholds, the rest to learn from."""
Split = Literal["train", "dev", "test"]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Reading:
    """One face: its photo, its box (x, y, w, h in pixels), and the codes of one reader or of both."""

    file: str
    box: Box
    expressions: str
    eyes: str

    @property
    def size(self) -> float:
        """Pixels of the stored photo: sqrt(w * h)."""
        return math.sqrt(self.box[2] * self.box[3])

    def says(self, codes: str) -> bool:
        """Whether all who read the expression gave one of ``codes``."""
        return all(code in codes for code in self.expressions)

    def eyes_are(self, code: str) -> bool:
        """Whether all who read the eyes gave ``code``."""
        return all(one == code for one in self.eyes)


def read(folder: Path) -> list[Reading]:
    """Every row of ``folder/expressions.csv``.

    :raises BadDataError: the file or a photo is missing, or a column, code or box is not what it must be;
        names file and line
    """
    path = folder / FILE
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            table = csv.DictReader(stream)
            _check_columns(path, table.fieldnames or ())
            readings = [_reading(path, table.line_num, row) for row in table]
    except OSError as error:
        raise BadDataError(f"{path}: {error.strerror}; expected the readers' table of faces") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadDataError(f"{path}: not a CSV file in UTF-8 ({error})") from None
    if not readings:
        raise BadDataError(f"{path}: no rows; expected a face a row: {', '.join(COLUMNS)}")
    gone = sorted({one.file for one in readings if not (folder / one.file).is_file()})
    if gone:
        raise BadDataError(
            f"{path}: {len(gone)} of its photos are gone, the first one is {gone[0]}; "
            f"restore them under {folder}, or take their rows out"
        )
    return readings


def _check_columns(path: Path, columns: Sequence[str]) -> None:
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        raise BadDataError(f"{path}: column {', '.join(missing)} is missing; expected {', '.join(COLUMNS)}")
    if (SECOND[0] in columns) != (SECOND[1] in columns):
        raise BadDataError(f"{path}: of {' and '.join(SECOND)} one is missing; give both or neither")


def _reading(path: Path, line: int, row: dict[str, str]) -> Reading:
    where = f"{path}, line {line}"
    if None in row.values() or None in row:
        raise BadDataError(f"{where}: {'more' if None in row else 'fewer'} values than columns")
    try:
        x, y, w, h = (float(row[name]) for name in "xywh")
    except ValueError as error:
        raise BadDataError(f"{where}: x, y, w, h must be numbers ({error})") from None
    if not all(map(math.isfinite, (x, y, w, h))) or w <= 0 or h <= 0:
        raise BadDataError(f"{where}: box {x:g}, {y:g}, {w:g}, {h:g}; width and height must be above 0")
    expressions = _codes(where, row, "expression", EXPRESSIONS)
    eyes = _codes(where, row, "eyes", EYES)
    if not row["file"]:
        raise BadDataError(f"{where}: file is empty; expected a photo's name")
    return Reading(row["file"], (x, y, w, h), expressions, eyes)


def _codes(where: str, row: dict[str, str], column: str, allowed: str) -> str:
    """The first reader's code, and the second one's if there is one."""
    first, second = row[column], row.get(f"{column}2") or ""
    for name, code, optional in ((column, first, False), (f"{column}2", second, True)):
        if (code or not optional) and (len(code) != 1 or code not in allowed):
            raise BadDataError(f"{where}: {name} is {code!r}; one of {', '.join(allowed)}")
    return first + second


def split_of(file: str) -> Split:
    """On which side a photo is, together with all photos of its scene or person."""
    mates = scenes().get(file, (file,))
    sixth = _sixth(mates[0])
    if sixth == 0 or any(mate in bench_groups() for mate in mates):
        return "test"
    return "dev" if sixth == 1 else "train"


def may_teach(file: str) -> bool:
    """Whether a photo may be learned from without its codes too: nobody measures anything on it."""
    return split_of(file) == "train" and _sixth(file) != 0


def _sixth(file: str) -> int:
    return zlib.crc32(file.encode()) % SIXTHS


@functools.cache
def scenes() -> dict[str, tuple[str, ...]]:
    """Return by photo all photos of its scene or person, itself among them."""
    files = defaultdict(list)
    with SCENES.open(newline="") as stream:
        for row in csv.DictReader(stream):
            files[row["scene"]].append(row["file"])
    return {file: tuple(mates) for mates in files.values() for file in mates}


@functools.cache
def bench_groups() -> frozenset[str]:
    """Return the photos of the moment's bench; nobody's expression in them is taught."""
    with GROUPS.open(newline="") as stream:
        return frozenset(row["file"] for row in csv.DictReader(stream))


def shares(codes: Sequence[str], alphabet: str) -> np.ndarray:
    """float32 ``[N, len(alphabet)]``: what share of a face's readers gave each code."""
    table = np.array([[one.count(code) for code in alphabet] for one in codes], np.float32)
    return table.reshape(-1, len(alphabet)) / np.maximum(1, table.sum(1, keepdims=True))
