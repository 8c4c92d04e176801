"""Conversion of a camera's buffer to BGR, for libcamera's pixel formats.

Formulas: ITU-R BT.601, BT.709 and BT.2020, the colour difference equations, and full or limited range as
ITU-T H.273 defines them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.errors import CameraFormatError
from appliance.records.frame import Colour

Plane = NDArray[np.uint8]

_PACKED = {
    # libcamera names formats as one little-endian number, so the bytes in memory are in the reverse order.
    "RGB888": (3, None),
    "BGR888": (3, cv2.COLOR_RGB2BGR),
    "XRGB8888": (4, cv2.COLOR_BGRA2BGR),
    "XBGR8888": (4, cv2.COLOR_RGBA2BGR),
}
_PLANAR = ("YUV420", "YVU420", "NV12", "NV21")
FORMATS = (*_PLANAR, *_PACKED)

BAND = 128
"""Rows converted at a time, an even number: the conversion to BGR takes three times their memory."""

# Weights of red and blue in luma.
_LUMA = {"601": (0.299, 0.114), "709": (0.2126, 0.0722), "2020": (0.2627, 0.0593)}


@dataclass(frozen=True, slots=True)
class Layout:
    """Layout of a picture in a buffer.

    ``stride`` is in bytes, from one row to the next (of luma; chroma rows of YUV420 take half of it).
    ``matrix`` is one of 601, 709, 2020; ``full_range`` tells 0..255 from 16..235.
    """

    format: str
    width: int
    height: int
    stride: int
    matrix: str = "601"
    full_range: bool = True

    @property
    def bytes(self) -> int:
        """Bytes of the buffer that the picture takes."""
        if self.format in _PLANAR:
            return self.stride * self.height + 2 * self.chroma_bytes
        return self.stride * self.height

    @property
    def chroma_bytes(self) -> int:
        """Bytes of each of the two chroma planes of 4:2:0, which are half as wide and half as high."""
        return (self.stride // 2) * (self.height // 2)

    def check(self) -> None:
        """Raise CameraFormatError if this cannot be converted."""
        if self.format not in FORMATS:
            raise CameraFormatError(
                f"The camera delivers {self.format}, which cannot be converted",
                f"Use a camera that delivers {', '.join(FORMATS)}",
            )
        if self.format in _PLANAR and (self.width % 2 or self.height % 2):
            raise CameraFormatError(
                f"The camera delivers {self.format} of odd size {self.width}x{self.height}",
                "Set camera.picture_size to even numbers",
            )


def to_bgr(buffer: Plane, layout: Layout) -> Colour:
    """Convert a flat buffer to uint8 [height, width, 3], BGR. Raises CameraFormatError if it is too short."""
    return _joined(to_strips(buffer, layout), layout)


def _joined(strips: Iterator[Colour], layout: Layout) -> Colour:
    picture = np.empty((layout.height, layout.width, 3), np.uint8)
    top = 0
    for strip in strips:
        picture[top : top + len(strip)] = strip
        top += len(strip)
    return picture


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """Copy of a picture's luma and chroma, each in memory of its own and without padding.

    ``luma`` uint8 [height, width], the picture in grey; ``blue`` and ``red`` are the chroma planes U and V.
    """

    luma: Plane
    blue: Plane
    red: Plane
    layout: Layout

    def bgr(self) -> Colour:
        """Convert to uint8 [height, width, 3], BGR."""
        return _joined(_from_yuv(self.luma, self.blue, self.red, self.layout), self.layout)


def to_planes(buffer: Plane, layout: Layout) -> Planes | None:
    """Return the planes of a flat buffer; None where its luma is not that of BT.601 in full range.

    Raises CameraFormatError if it is too short.
    """
    _check(buffer, layout)
    if layout.format not in _PLANAR or not layout.full_range or layout.matrix != "601":
        return None
    luma, blue, red = (plane.copy() for plane in _planes(buffer, layout))
    return Planes(luma, blue, red, layout)


def to_strips(buffer: Plane, layout: Layout) -> Iterator[Colour]:
    """Yield the same in strips of up to :data:`BAND` rows, top to bottom. Raises as :func:`to_bgr` does."""
    _check(buffer, layout)
    if layout.format in _PACKED:
        yield from _from_packed(buffer, layout)
    else:
        yield from _from_yuv(*_planes(buffer, layout), layout)


def _check(buffer: Plane, layout: Layout) -> None:
    layout.check()
    if buffer.size < layout.bytes:
        raise CameraFormatError(
            f"The camera sent {buffer.size} bytes; {layout.width}x{layout.height} {layout.format}"
            f" with rows of {layout.stride} bytes takes {layout.bytes}",
            "Update libcamera and picamera2 together",
        )


def _from_packed(buffer: Plane, layout: Layout) -> Iterator[Colour]:
    channels, conversion = _PACKED[layout.format]
    rows = _rows(buffer, 0, layout.height, layout.stride, channels * layout.width)
    for top in range(0, layout.height, BAND):
        pixels = np.ascontiguousarray(rows[top : top + BAND]).reshape(-1, layout.width, channels)
        yield pixels if conversion is None else np.asarray(cv2.cvtColor(pixels, conversion), dtype=np.uint8)


def _rows(buffer: Plane, start: int, height: int, stride: int, width: int) -> Plane:
    """Return rows without the padding at their end, a view."""
    return buffer[start : start + height * stride].reshape(height, stride)[:, :width]


def _planes(buffer: Plane, layout: Layout) -> tuple[Plane, Plane, Plane]:
    """Return views of luma, and of the chroma planes U (blue) and V (red) of half the width and height."""
    luma_bytes = layout.stride * layout.height
    luma = _rows(buffer, 0, layout.height, layout.stride, layout.width)
    height, width = layout.height // 2, layout.width // 2
    if layout.format in ("NV12", "NV21"):
        pairs = _rows(buffer, luma_bytes, height, layout.stride, 2 * width)
        first, second = pairs[:, 0::2], pairs[:, 1::2]
    else:
        first = _rows(buffer, luma_bytes, height, layout.stride // 2, width)
        second = _rows(buffer, luma_bytes + layout.chroma_bytes, height, layout.stride // 2, width)
    return (luma, first, second) if layout.format in ("YUV420", "NV12") else (luma, second, first)


def _from_yuv(y: Plane, u: Plane, v: Plane, layout: Layout) -> Iterator[Colour]:
    for top in range(0, layout.height, BAND):
        bottom = min(top + BAND, layout.height)
        # Chroma is enlarged with its neighbours: one row of it more on either side.
        first, last = max(0, top // 2 - 1), min(bottom // 2 + 1, layout.height // 2)
        band = _band(y[2 * first : 2 * last], u[first:last], v[first:last], layout)
        yield band[top - 2 * first : bottom - 2 * first]


def _band(y: Plane, u: Plane, v: Plane, layout: Layout) -> Colour:
    if layout.full_range and layout.matrix == "601":  # what is asked for, so it has the fast way
        return np.asarray(cv2.cvtColor(_merged(y, v, u), cv2.COLOR_YCrCb2BGR), dtype=np.uint8)
    matrix = bgr_matrix(layout.matrix, layout.full_range)
    return np.asarray(cv2.transform(_merged(y, u, v), matrix), dtype=np.uint8)


def _merged(luma: Plane, first: Plane, second: Plane) -> Plane:
    """uint8 [height, width, 3]."""
    size = (luma.shape[1], luma.shape[0])
    planes = (np.ascontiguousarray(plane) for plane in (first, second))
    whole = (cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in planes)
    return np.asarray(cv2.merge((np.ascontiguousarray(luma), *whole)), dtype=np.uint8)


def bgr_matrix(matrix: str, full_range: bool) -> NDArray[np.float64]:
    """Return float64 [3, 4], which gives B, G, R from Y, U, V, 1."""
    red, blue = _LUMA[matrix]
    green = 1 - red - blue
    luma, chroma, black = (1.0, 1.0, 0.0) if full_range else (255 / 219, 255 / 224, 16.0)
    by_u = chroma * 2 * (1 - blue)
    by_v = chroma * 2 * (1 - red)
    rows = np.array(
        [
            [luma, by_u, 0.0],
            [luma, -by_u * blue / green, -by_v * red / green],
            [luma, 0.0, by_v],
        ]
    )
    return np.column_stack((rows, -rows @ (black, 128.0, 128.0)))
