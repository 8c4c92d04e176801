"""Photos with face boxes: the list, the parts, and a cache of decoded pictures.

``faces.csv`` has one row a face: file, x, y, w, h (pixels of the stored file), by (``gt``, ``pseudo`` or
``negative``), ignore (1 = neither face nor background), blur, occlusion, pose (WIDER FACE's attributes).
"""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.training.errors import BadDataError

COLUMNS = {"file", "x", "y", "w", "h", "by", "ignore", "blur", "occlusion", "pose"}
LONGER_SIDE = 640

# One wider_train photo in four and one faceless photo in ten are kept back to choose by.
HELD_OUT_SHARES = {"wider_train": 4, "neg_rooms": 10, "neg_imagenet": 10, "neg_grey": 10}


@dataclass(frozen=True)
class Photo:
    """One labelled photo.

    ``boxes`` float32 [N, 4]: x, y, w, h in pixels of the stored file; ``ignore`` bool [N];
    ``attributes`` int8 [N, 3]: blur 0-2, occlusion 0-2, pose 0-1.
    """

    file: str
    boxes: np.ndarray
    ignore: np.ndarray
    attributes: np.ndarray

    @property
    def folder(self) -> str:
        return self.file.split("/")[0]

    @property
    def held_out(self) -> bool:
        """Belongs to the part kept back for choosing; by a hash of the name, so it never moves."""
        share = HELD_OUT_SHARES.get(self.folder)
        return share is not None and hashlib.sha256(self.file.encode()).digest()[0] % share == 0


def read_boxes(path: Path) -> list[Photo]:
    """Photos of a box list, in the order of the file.

    Raises BadDataError when the list is missing, lacks a column or has a value that is no number.
    """
    try:
        with path.open(newline="") as stream:
            reader = csv.DictReader(stream)
            missing = COLUMNS - set(reader.fieldnames or ())
            if missing:
                raise BadDataError(
                    f"{path}: no column {', '.join(sorted(missing))}; expected {sorted(COLUMNS)}"
                )
            rows: dict[str, list[dict[str, str]]] = {}
            for row in reader:
                rows.setdefault(row["file"], []).append(row)
        return [_photo(file, of_file) for file, of_file in rows.items()]
    except OSError as error:
        raise BadDataError(
            f"{path}: cannot be read ({error.strerror}); expected a list of face boxes"
        ) from error
    except (TypeError, ValueError) as error:
        raise BadDataError(f"{path}: {error}; x, y, w, h and the attributes must be numbers") from error


def _photo(file: str, rows: list[dict[str, str]]) -> Photo:
    rows = [row for row in rows if row["by"] != "negative"]
    return Photo(
        file,
        np.array([[float(row[key]) for key in "xywh"] for row in rows], np.float32).reshape(-1, 4),
        np.array([row["ignore"] not in ("", "0") for row in rows], bool),
        np.array(
            [[int(row[key] or 0) for key in ("blur", "occlusion", "pose")] for row in rows], np.int8
        ).reshape(-1, 3),
    )


def read_picture(path: Path) -> np.ndarray:
    """A photo as uint8 [height, width, 3], BGR.  Raises BadDataError when it is no readable picture."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise BadDataError(f"{path}: not a readable picture; is --images the folder that the box list names?")
    return picture


class PictureCache:
    """Decoded RGB pictures of a list of photos at half steps of size, in one file that is mapped into memory.

    Level 0 has a longer side of at most 640 pixels, each next level half of that: a picture drawn small
    is then read from a level near its size, which is quick and does not alias.
    """

    LEVELS = 3

    def __init__(self, folder: Path, photos: list[Photo], images: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        names = hashlib.sha256("\n".join(photo.file for photo in photos).encode()).hexdigest()[:16]
        pixels, index = folder / f"pictures-{names}.u8", folder / f"pictures-{names}.npz"
        if not index.exists():
            _fill(pixels, index, photos, images)
        with np.load(index) as stored:
            self.offsets, self.shapes, self.scales = stored["offsets"], stored["shapes"], stored["scales"]
        self.pixels = np.memmap(pixels, np.uint8, "r")

    def picture(self, number: int, level: int = 0) -> np.ndarray:
        """RGB uint8 [height, width, 3] of photo ``number``."""
        height, width = self.shapes[number, level]
        start = self.offsets[number, level]
        return self.pixels[start : start + height * width * 3].reshape(height, width, 3)

    def scale(self, number: int) -> float:
        """Pixels of level 0 per pixel of the stored file."""
        return float(self.scales[number])


def _fill(pixels: Path, index: Path, photos: list[Photo], images: Path) -> None:
    offsets, shapes, scales, end = [], [], [], 0
    with pixels.open("wb") as stream:
        for photo in photos:
            picture = cv2.cvtColor(read_picture(images / photo.file), cv2.COLOR_BGR2RGB)
            scale = min(1.0, LONGER_SIDE / max(picture.shape[:2]))
            size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
            picture = picture if scale == 1.0 else cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
            scales.append(scale)
            offsets.append([])
            shapes.append([])
            for level in range(PictureCache.LEVELS):
                if level:
                    size = (max(1, size[0] // 2), max(1, size[1] // 2))
                    picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
                offsets[-1].append(end)
                shapes[-1].append(picture.shape[:2])
                stream.write(np.ascontiguousarray(picture).tobytes())
                end += picture.size
    np.savez(
        index, offsets=np.array(offsets, np.int64), shapes=np.array(shapes, np.int64), scales=np.array(scales)
    )
