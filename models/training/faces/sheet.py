"""The worst photos of a measurement, drawn on one sheet."""

from pathlib import Path

import cv2
import numpy as np

from models.training.errors import TrainingError
from models.training.faces.data import read_picture
from models.training.faces.metrics import LIMITS, Judged
from models.training.faces.turn import turned

COLUMNS, ROWS = 5, 4
CELL = (320, 240)
FOUND, MISSED, FALSE, EXCUSED = (80, 200, 80), (40, 40, 240), (0, 200, 255), (160, 160, 160)


def worst_sheet(judged: list[Judged], images: Path, target: Path, roll: float = 0.0) -> None:
    """Write a PNG of the photos with most faces missed (red) and false boxes (yellow); green was found."""
    limit = LIMITS[0]
    order = sorted(judged, key=lambda one: -(one.missed(limit) + one.false_boxes(limit)))[: COLUMNS * ROWS]
    cells = [_cell(one, images, limit, roll) for one in order if one.missed(limit) + one.false_boxes(limit)]
    cells += [np.zeros((CELL[1], CELL[0], 3), np.uint8)] * (COLUMNS * ROWS - len(cells))
    sheet = np.vstack([np.hstack(cells[row * COLUMNS : (row + 1) * COLUMNS]) for row in range(ROWS)])
    target.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(target), sheet):
        raise TrainingError(f"{target}: the sheet cannot be written; the name must end in .png")


def _cell(one: Judged, images: Path, limit: int, roll: float) -> np.ndarray:
    _, picture = turned(one.photo, read_picture(images / one.photo.file), roll)
    scale = min(CELL[0] / picture.shape[1], CELL[1] / picture.shape[0])
    cell = np.zeros((CELL[1], CELL[0], 3), np.uint8)
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)[: CELL[1], : CELL[0]]
    cell[: small.shape[0], : small.shape[1]] = small
    for box, found, counted in zip(one.photo.boxes, one.found, one.counted(limit), strict=True):
        _draw(cell, box * scale, FOUND if found else MISSED if counted else EXCUSED)
    for box, false, size in zip(one.boxes, one.false, one.box_size, strict=True):
        if false and size >= limit:
            _draw(cell, box[:4] * scale, FALSE)
    return cell


def _draw(cell: np.ndarray, box: np.ndarray, colour: tuple[int, int, int]) -> None:
    x, y, w, h = (round(float(value)) for value in box)
    cv2.rectangle(cell, (x, y), (x + w, y + h), colour, 1)
