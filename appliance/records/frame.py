"""One moment as the camera saw it."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
"""uint8 [height, width]."""
Colour = NDArray[np.uint8]
"""uint8 [height, width, 3], colour order BGR (OpenCV's)."""
Bgr = tuple[int, int, int]
"""Colour of one pixel, 0 to 255 each."""


@dataclass(frozen=True, slots=True)
class Box:
    """Rectangle in pixels; ``x, y`` is the top left corner, fractions allowed.

    Around a face it is tight in the manner of WIDER FACE: hairline to chin, ear to ear.
    """

    x: float
    y: float
    w: float
    h: float

    @property
    def centre(self) -> tuple[float, float]:
        """Centre (x, y) in pixels."""
        return self.x + self.w / 2, self.y + self.h / 2

    @property
    def size(self) -> float:
        """Side of the square of equal area, pixels: the size of a face."""
        return float(np.sqrt(max(0.0, self.w) * max(0.0, self.h)))

    def scaled(self, sx: float, sy: float | None = None) -> "Box":
        """Return the rectangle in a picture ``sx`` times as wide and ``sy`` (or ``sx``) times as high."""
        sy = sx if sy is None else sy
        return Box(self.x * sx, self.y * sy, self.w * sx, self.h * sy)

    def iou(self, other: "Box") -> float:
        """Return intersection over union, 0 to 1."""
        width = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        height = min(self.y + self.h, other.y + other.h) - max(self.y, other.y)
        if width <= 0 or height <= 0:
            return 0.0
        both = width * height
        return both / (self.w * self.h + other.w * other.h - both)


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True, eq=False)
class Picture:
    """Full-resolution picture of one frame, converted only on demand.

    ``convert`` turns the camera's own bytes (a copy, not a borrowed buffer) into BGR. ``held`` is their
    number; 0: three per pixel. ``pieces`` converts in strips, top to bottom, where the camera supports it.
    """

    width: int
    height: int
    convert: Callable[[], Colour]
    held: int = 0
    pieces: Callable[[], Iterator[Colour]] | None = None

    @property
    def bytes_held(self) -> int:
        """Bytes of memory that keeping this picture takes."""
        return self.held or 3 * self.width * self.height

    def bgr(self) -> Colour:
        """Convert to uint8 [height, width, 3], BGR."""
        return self.convert()

    def strips(self) -> Iterator[Colour]:
        """Convert in strips from top to bottom, so that the picture need not be in memory as a whole."""
        return self.pieces() if self.pieces else iter([self.convert()])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """One moment as the camera saw it: a small image to analyse, and the full picture of the same moment.

    ``captured_at`` is in seconds on the monotonic clock (seconds into the recording in a replay);
    ``sequence`` counts from 0. ``grey`` is the analysis image, and ``convert`` returns it in BGR: only a
    search needs that, a few times a second, and the camera's own bytes take less memory.

    ``seen_until`` is added by the finder: the search covers everybody who came into view by then, seconds
    (the frames' time). Between two searches of the whole picture, or during one in parts, somebody may have
    come in undetected. inf: impossible.

    Two frames are equal only if they are the same object.
    """

    sequence: int
    captured_at: float
    convert: Callable[[], Colour]
    grey: Grey
    picture: Picture
    seen_until: float = math.inf

    def without_colours(self) -> "Frame":
        """Return the frame with ``colour`` empty, for a judged frame that may become the photo."""
        return replace(self, convert=_no_colour)

    @property
    def colour(self) -> Colour:
        """Analysis image in BGR, converted at every use."""
        return self.convert()

    @property
    def picture_scale(self) -> tuple[float, float]:
        """Pixels of the full picture per pixel of the analysis image, (x, y)."""
        height, width = self.grey.shape
        return self.picture.width / width, self.picture.height / height


def _no_colour() -> Colour:
    return np.empty((0, 0, 3), np.uint8)
