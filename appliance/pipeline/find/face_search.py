"""Faces near and far in one picture: the whole of it small, and its parts at full size, same weights."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.imaging.resize import shrink_to
from appliance.pipeline.find.face_network import FaceNetwork, Floats, read_models, suppress
from appliance.records.frame import Box

MOST_PARTS = 4
"""Parts that a picture is cut into; a larger picture is shrunk until so many cover it."""
OVERLAP = 112
"""Pixels that two neighbouring parts share: a face up to this size lies whole in one of them."""
LARGEST_FAR = 104.0
"""A larger face, in pixels of the parts, is left to the search of the whole picture."""
SMALLEST_NEAR = 14.0
"""A smaller face, in pixels of what the search of the whole picture looks at, is left to the parts."""
SURE_NEAR = 24.0
"""From this size on, in the same pixels, the search of the whole picture finds a face on its own."""
FEATURE = 0.6
"""A far box in a near one, and smaller than this as a share of its side, is an eye or a mouth."""
CUT_MARGIN = 2.0
"""A box this close to a cut, in pixels, may be half a face."""
SHAPES = tuple((c, r) for r in range(1, MOST_PARTS + 1) for c in range(1, MOST_PARTS // r + 1))
"""Columns and rows of parts."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of the shrunk picture, pixels: where it lies, and its core, which overlaps no other part's."""

    left: int
    top: int
    right: int
    bottom: int
    core: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a picture is searched part by part: ``size`` (width, height) it is shrunk to, and the parts."""

    size: tuple[int, int]
    scale: float
    parts: tuple[Tile, ...]


def plan(width: int, height: int, part: tuple[int, int]) -> Plan:
    """Plan the parts of a picture of this size: as large as possible with at most :data:`MOST_PARTS` of them.

    ``part``: width and height of what the network looks at.
    """
    ways = []
    for columns, rows in SHAPES:
        across = columns * part[0] - (columns - 1) * OVERLAP
        down = rows * part[1] - (rows - 1) * OVERLAP
        ways.append((-min(1.0, across / width, down / height), columns * rows, columns, rows))
    scale, _, columns, rows = min(ways)
    size = (max(1, round(-scale * width)), max(1, round(-scale * height)))
    across_cuts, down_cuts = _cuts(size[0], part[0], columns), _cuts(size[1], part[1], rows)
    parts = [
        Tile(left, top, right, bottom, (low_x, low_y, high_x, high_y))
        for top, bottom, low_y, high_y in down_cuts
        for left, right, low_x, high_x in across_cuts
    ]
    return Plan(size, -scale, tuple(parts))


def _cuts(length: int, part: int, count: int) -> list[tuple[int, int, float, float]]:
    """Start, end, and start and end of the core of each of ``count`` parts along one side."""
    part = min(part, length)
    starts = [round(n * (length - part) / max(1, count - 1)) for n in range(count)]
    middles = [(low + part + high) / 2 for low, high in pairwise(starts)]
    lows, highs = [-np.inf, *middles], [*middles, np.inf]
    return [(s, s + part, low, high) for s, low, high in zip(starts, lows, highs, strict=True)]


class FaceSearch:
    """Both searches with the networks of ``faces.json``. Raises ModelError.

    ``near`` and ``far`` take the places of the thresholds in the JSON.
    """

    parts = MOST_PARTS

    def __init__(
        self, description: Path, threads: int = 1, near: float | None = None, far: float | None = None
    ) -> None:
        models = read_models(description)
        self._near = FaceNetwork(models["near"], threads, near)
        self._far = FaceNetwork(models["far"], threads, far)
        self._plan = Plan((0, 0), 0.0, ())
        self._planned: tuple[int, ...] = ()

    def near(self, picture: NDArray[np.uint8]) -> Floats:
        """Find faces large enough to be seen in the whole picture (BGR), surest first.

        [N, 5]: x, y, w, h in pixels of the picture, confidence.
        """
        found = self._near.find(picture)
        large = found[:, 2:4].prod(1) * self._near.scale(picture) ** 2 >= SMALLEST_NEAR**2
        return np.asarray(found[large & _inside(found, picture)])

    def far(self, picture: NDArray[np.uint8], number: int) -> Floats:
        """Find the same in part ``number``: small faces only, and none that is cut."""
        planned = self._of(picture)
        part = planned.parts[number]
        scaled = picture if planned.scale == 1.0 else shrink_to(picture, planned.size)
        found = self._far.find_fitting(scaled[part.top : part.bottom, part.left : part.right])
        found = found[_whole(found, part, planned.size) & (found[:, 2:4].prod(1) <= LARGEST_FAR**2)]
        found[:, :2] += (part.left, part.top)
        found[:, :4] /= planned.scale
        return np.asarray(found[_inside(found, picture)])

    def everything(self, picture: NDArray[np.uint8]) -> Floats:
        """Find the same in the whole picture and all parts."""
        count = len(self._of(picture).parts)
        return self.merged(self.near(picture), *(self.far(picture, number) for number in range(count)))

    def part_seeing(self, picture: NDArray[np.uint8], box: Box) -> int:
        """Return the part that sees a face at ``box``; :attr:`parts` itself is the near search alone.

        ``picture``: [height, width, ...], only its size counts.
        """
        planned = self._of(picture)
        if box.size * self._near.scale(picture) >= SURE_NEAR or box.size * planned.scale > LARGEST_FAR:
            return self.parts
        x, y = (
            min(max(planned.scale * value, 0.0), length - 1.0)  # it may have left the picture
            for value, length in zip(box.centre, planned.size, strict=True)
        )
        inside = (
            part.core[0] <= x < part.core[2] and part.core[1] <= y < part.core[3] for part in planned.parts
        )
        return next(number for number, holds in enumerate(inside) if holds)

    def covers(self, picture: NDArray[np.uint8], box: Box, number: int) -> bool:
        """Tell whether a near search and the far one of part ``number`` would find a face at ``box``.

        A ``number`` beyond the parts is a near search alone.
        """
        return self.part_seeing(picture, box) in {number, self.parts}

    def has(self, picture: NDArray[np.uint8], number: int) -> bool:
        """Tell whether the picture is large enough to have a part ``number``."""
        return number < len(self._of(picture).parts)

    def merged(self, near: Floats, *far: Floats) -> Floats:
        """Return one box for each heap of overlapping ones, of a near search and any number of far ones."""
        found = np.concatenate([near, *(_no_features(near, boxes) for boxes in far)])
        model = self._far.model
        kept = suppress(found[:, :2], found[:, 2:4], found[:, 4], model.nms_iou, model.nms_inside)
        return np.asarray(found[kept])

    def _of(self, picture: NDArray[np.uint8]) -> Plan:
        if picture.shape[:2] != self._planned:
            model = self._far.model
            self._plan = plan(picture.shape[1], picture.shape[0], (model.width, model.height))
            self._planned = picture.shape[:2]
        return self._plan


def _inside(found: Floats, picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which boxes have their middle in the picture: the network also sees what it is padded with."""
    middle = found[:, :2] + found[:, 2:4] / 2
    return np.asarray(((middle >= 0) & (middle < (picture.shape[1], picture.shape[0]))).all(1))


def _whole(found: Floats, part: Tile, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Which boxes, in pixels of the part, do not touch one of its cuts."""
    low, high = found[:, :2], found[:, :2] + found[:, 2:4]
    width, height = part.right - part.left, part.bottom - part.top
    touches = (
        ((part.left > 0) & (low[:, 0] < CUT_MARGIN))
        | ((part.top > 0) & (low[:, 1] < CUT_MARGIN))
        | ((part.right < size[0]) & (high[:, 0] > width - CUT_MARGIN))
        | ((part.bottom < size[1]) & (high[:, 1] > height - CUT_MARGIN))
    )
    return np.asarray(~touches)


def _no_features(near: Floats, far: Floats) -> Floats:
    """Return the far boxes that are no eye or mouth of a near face, however sure the network is of them."""
    low = np.maximum(near[None, :, :2], far[:, None, :2])
    high = np.minimum(near[None, :, :2] + near[None, :, 2:4], far[:, None, :2] + far[:, None, 2:4])
    share = np.maximum(high - low, 0).prod(2) / np.maximum(far[:, None, 2:4].prod(2), 1e-6)
    larger = near[None, :, 2:4].prod(2) > FEATURE**-2 * far[:, None, 2:4].prod(2)
    return np.asarray(far[~((share > 0.5) & larger).any(1)])
