"""Soft shapes on a transparent canvas, and pictures with soft edges."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.records.frame import Bgr, Colour

Mask = NDArray[np.float32]
"""Opacity 0 to 1 of each pixel of a canvas."""
Point = tuple[float, float]
"""Place on a canvas, in sides of the face from its top left corner."""


@dataclass(frozen=True, slots=True)
class Sprite:
    """Picture with soft edges: colour times opacity, and transparency (255: full)."""

    colour: Colour
    through: Colour
    origin: Point
    """Pixels from the sprite's top left corner to that of the face's square."""

    def draw(self, onto: Colour, x: float, y: float) -> None:
        """Lay it on a picture so that the face's square is at ``x, y``; fractions of pixels count."""
        left, top = x - self.origin[0], y - self.origin[1]
        column, row = int(np.floor(left)), int(np.floor(top))
        colour, through = self.colour, self.through
        shift = np.array([[1, 0, left - column], [0, 1, top - row]], np.float32)
        height, width = colour.shape[:2]
        size = (width, height)
        x0, y0 = max(0, column), max(0, row)
        x1, y1 = min(onto.shape[1], column + width), min(onto.shape[0], row + height)
        if x0 >= x1 or y0 >= y1:
            return
        if left != column or top != row:
            colour = cv2.warpAffine(colour, shift, size)  # type: ignore[assignment]
            through = cv2.warpAffine(through, shift, size, borderValue=(255, 255, 255))  # type: ignore[assignment]
        inside = slice(y0 - row, y1 - row), slice(x0 - column, x1 - column)
        under = onto[y0:y1, x0:x1]
        cv2.add(cv2.multiply(under, through[inside], scale=1 / 255), colour[inside], under)


class Canvas:
    """Soft shapes on nothing, in sides of the face."""

    def __init__(self, side: float, size: Point, origin: Point) -> None:
        self._scale = side
        self._offset = origin
        self.size = (round(size[0] * side), round(size[1] * side))
        self.origin = (origin[0] * side, origin[1] * side)
        self.shape = self.size[::-1]
        self.lit = np.zeros((*self.shape, 3), np.float32)
        """Colour times opacity: the colour under a transparent pixel must not bleed into an edge."""
        self.opacity = np.zeros((*self.shape, 1), np.float32)

    def at(self, points: list[Point]) -> NDArray[np.int32]:
        """Return pixels of the canvas."""
        return np.asarray(np.round((np.array(points) + self._offset) * self._scale), np.int32)

    def ellipse(self, centre: Point, radii: Point) -> Mask:
        """Return a shape's opacity, 0 to 1."""
        mask = np.zeros(self.shape, np.uint8)
        axes = (round(radii[0] * self._scale), round(radii[1] * self._scale))
        x, y = (int(value) for value in self.at([centre])[0])
        cv2.ellipse(mask, (x, y), axes, 0, 0, 360, (255,), -1, cv2.LINE_AA)
        return np.asarray(mask / 255, np.float32)

    def polygon(self, points: list[Point]) -> Mask:
        """Return a shape's opacity, 0 to 1."""
        mask = np.zeros(self.shape, np.uint8)
        cv2.fillPoly(mask, [self.at(points)], (255,), cv2.LINE_AA)
        return np.asarray(mask / 255, np.float32)

    def soft(self, mask: Mask, radius: float) -> Mask:
        """Return the shape with its edge blurred over ``radius``."""
        sigma = radius * self._scale
        reduced = max(1, int(sigma / 3))  # a wide blur of a small picture looks the same
        size = (self.shape[1] // reduced, self.shape[0] // reduced)
        small = cv2.resize(mask, size, interpolation=cv2.INTER_AREA) if reduced > 1 else mask
        blurred = cv2.GaussianBlur(small, (0, 0), sigma / reduced)
        return np.asarray(cv2.resize(blurred, self.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)

    def paint(self, mask: Mask, colour: Bgr) -> None:
        """Lay a colour over what is there."""
        part = _part(mask)
        opacity, lit = mask[part][..., None], self.lit[part]
        lit += opacity * (np.array(colour, np.float32) - lit)
        self.opacity[part] += opacity * (1 - self.opacity[part])

    def tint(self, mask: Mask, colour: Bgr) -> None:
        """Lay a colour over what is there, and nowhere else."""
        part = _part(mask)
        opacity, lit = mask[part][..., None], self.lit[part]
        lit += opacity * (np.array(colour, np.float32) * self.opacity[part] - lit)


def _part(mask: Mask) -> tuple[slice, slice]:
    """Return the rows and columns that a shape covers: the rest of the canvas needs no work."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return slice(0), slice(0)
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
