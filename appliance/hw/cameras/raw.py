"""From the bytes of a camera's buffer to BGR: what libcamera's pixel formats look like in memory.

Formulas: ITU-R BT.601, BT.709 and BT.2020, the colour difference equations, and full or limited range as
ITU-T H.273 defines them.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.errors import CameraFormatError
from appliance.frames import Colour

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

# Weights of red and blue in luma.
_LUMA = {"601": (0.299, 0.114), "709": (0.2126, 0.0722), "2020": (0.2627, 0.0593)}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a picture lies in a buffer.

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
        """How many bytes of the buffer the picture takes."""
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
                f"{', '.join(FORMATS)} can be: try another camera",
            )
        if self.format in _PLANAR and (self.width % 2 or self.height % 2):
            raise CameraFormatError(
                f"The camera delivers {self.format} of odd size {self.width}x{self.height}",
                "Set camera.picture_size to even numbers",
            )


def to_bgr(buffer: Plane, layout: Layout) -> Colour:
    """uint8 [height, width, 3], BGR, from a flat buffer. Raises CameraFormatError if that is too short."""
    layout.check()
    if buffer.size < layout.bytes:
        raise CameraFormatError(
            f"The camera sent {buffer.size} bytes; {layout.width}x{layout.height} {layout.format}"
            f" with rows of {layout.stride} bytes takes {layout.bytes}",
            "Update libcamera and picamera2 together",
        )
    if layout.format in _PACKED:
        return _packed(buffer, layout)
    return _from_yuv(*_planes(buffer, layout), layout)


def _packed(buffer: Plane, layout: Layout) -> Colour:
    channels, conversion = _PACKED[layout.format]
    rows = _rows(buffer, 0, layout.height, layout.stride, channels * layout.width)
    pixels = rows.reshape(layout.height, layout.width, channels)
    if conversion is None:
        return pixels.copy()
    return np.asarray(cv2.cvtColor(pixels, conversion), dtype=np.uint8)


def _rows(buffer: Plane, start: int, height: int, stride: int, width: int) -> Plane:
    """Rows without the padding at their end."""
    return np.ascontiguousarray(buffer[start : start + height * stride].reshape(height, stride)[:, :width])


def _planes(buffer: Plane, layout: Layout) -> tuple[Plane, Plane, Plane]:
    """Luma, and the chroma planes U (blue) and V (red) of half the width and height."""
    luma_bytes = layout.stride * layout.height
    luma = _rows(buffer, 0, layout.height, layout.stride, layout.width)
    height, width = layout.height // 2, layout.width // 2
    if layout.format in ("NV12", "NV21"):
        pairs = _rows(buffer, luma_bytes, height, layout.stride, 2 * width).reshape(height, width, 2)
        first, second = pairs[:, :, 0], pairs[:, :, 1]
    else:
        first = _rows(buffer, luma_bytes, height, layout.stride // 2, width)
        second = _rows(buffer, luma_bytes + layout.chroma_bytes, height, layout.stride // 2, width)
    return (luma, first, second) if layout.format in ("YUV420", "NV12") else (luma, second, first)


def _from_yuv(y: Plane, u: Plane, v: Plane, layout: Layout) -> Colour:
    if layout.full_range and layout.matrix == "601":  # what is asked for, so it has the fast way
        return np.asarray(cv2.cvtColor(_merged(y, v, u), cv2.COLOR_YCrCb2BGR), dtype=np.uint8)
    matrix = bgr_matrix(layout.matrix, layout.full_range)
    return np.asarray(cv2.transform(_merged(y, u, v), matrix), dtype=np.uint8)


def _merged(luma: Plane, first: Plane, second: Plane) -> Plane:
    """uint8 [height, width, 3]. The enlarged planes are gone before it is converted: they take as much."""
    size = (luma.shape[1], luma.shape[0])
    whole = (cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in (first, second))
    return np.asarray(cv2.merge((luma, *whole)), dtype=np.uint8)


def bgr_matrix(matrix: str, full_range: bool) -> NDArray[np.float64]:
    """float64 [3, 4]: B, G, R from Y, U, V, 1."""
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
