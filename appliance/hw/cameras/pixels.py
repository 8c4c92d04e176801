"""From what Pillow has decoded to 8-bit BGR: depth, transparency, colours, and the way up.

Strip by strip, so that a large picture is never in memory a second time as something in between.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from appliance.errors import PictureError
from appliance.records.frame import Colour

STRIP = 1_000_000
"""Pixels at a time, some 20 MB of memory."""
_ORIENTATION = 0x0112
TURNED = frozenset({5, 6, 7, 8})
"""The EXIF orientations that swap width and height."""
_WHITE_IS_ZERO = 0
_PHOTOMETRIC = 262


def orientation_of(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 where it cannot be read: no viewer turns such a picture either.

    A TIFF's is 1: Pillow turns those itself while it decodes. A PNG is decoded, as it may tell at its end.
    """
    if image.format == "TIFF":
        return 1
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # whatever broken metadata makes of Pillow
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def upright_bgr(image: Image.Image, orientation: int = 1, smaller: int = 1) -> Colour:
    """uint8 [height, width, 3], BGR, turned as ``orientation`` says. Decodes ``image``.

    ``smaller``: averaged over squares of so many pixels a side. Transparent parts are white. What is deeper
    than 8 bits is scaled, see :func:`_eight_bits`. Raises PictureError for colours that cannot be converted,
    and whatever Pillow's decoders raise.
    """
    image.load()
    deep = _is_deep(image)
    white = _white_point(image) if deep else 255.0
    inverted = deep and _is_inverted(image)
    size = -(-image.width // smaller), -(-image.height // smaller)
    bgr = np.empty((size[1], size[0], 3), np.uint8)
    rows = _rows(image, smaller)
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        part = _eight_bits(np.asarray(strip), white, inverted) if deep else _colours(strip)
        at = top // smaller
        if smaller > 1:
            height = -(-strip.height // smaller)
            part = np.asarray(cv2.resize(part, (size[0], height), interpolation=cv2.INTER_AREA), np.uint8)
        bgr[at : at + len(part)] = part
    return np.ascontiguousarray(_turned(bgr, orientation))


def _rows(image: Image.Image, multiple: int = 1) -> int:
    """Rows of a strip."""
    return max(1, STRIP // (image.width * multiple)) * multiple


def _colours(strip: Image.Image) -> Colour:
    if strip.has_transparency_data:
        if strip.mode == "La":  # Pillow has no direct way
            strip = strip.convert("LA")
        strip = strip.convert("RGBA")
        strip = Image.alpha_composite(Image.new("RGBA", strip.size, "white"), strip)
    try:
        rgb = strip if strip.mode == "RGB" else strip.convert("RGB")
    except ValueError:
        raise PictureError(f"has the colours {strip.mode}", "Save it as RGB") from None
    return np.asarray(cv2.cvtColor(np.asarray(rgb), cv2.COLOR_RGB2BGR), np.uint8)


def _is_deep(image: Image.Image) -> bool:
    return image.mode in ("I", "F") or image.mode.startswith("I;16")


def _white_point(image: Image.Image) -> float:
    """Return the value that becomes 255.

    Of floating-point numbers 1 where none is much larger. Else the brightest pixel tells how many bits are in
    use, 8 or more: scanners write 16 into 16, infrared cameras 10 to 14, and nothing in the file says so.
    """
    least, most = np.inf, -np.inf
    rows = _rows(image)
    for top in range(0, image.height, rows):
        strip = np.asarray(image.crop((0, top, image.width, min(top + rows, image.height))))
        least, most = min(least, float(strip.min())), max(most, float(strip.max()))
    if not (np.isfinite(least) and np.isfinite(most)):
        raise PictureError("holds values that are not numbers", "Save it with 8 bits a channel")
    if image.mode == "F" and most <= 2.0:
        return 1.0
    if least < 0:
        raise PictureError("holds values below zero", "Save it with 8 bits a channel")
    bits = max(8, int(most).bit_length())
    return float(2**bits - 1)


def _is_inverted(image: Image.Image) -> bool:
    """Pillow turns white and black round in 8 bits, not in more."""
    tags = getattr(image, "tag_v2", None)
    return tags is not None and tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO


def _eight_bits(values: NDArray[np.generic], white: float, inverted: bool) -> Colour:
    """``values`` [height, width] of any depth as grey BGR: scaled so that ``white`` becomes 255."""
    scaled = np.clip(values.astype(np.float32) * (255 / white), 0, 255)
    grey = np.rint(255 - scaled if inverted else scaled).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def _turned(bgr: Colour, orientation: int) -> Colour:
    """EXIF 2.32, 4.6.5: 2 to 4 are mirrored or upside down, 5 to 8 lie on a side."""
    if orientation in TURNED:
        bgr = bgr.transpose(1, 0, 2)
    rows = slice(None, None, -1 if orientation in (3, 4, 7, 8) else 1)
    columns = slice(None, None, -1 if orientation in (2, 3, 6, 7) else 1)
    return bgr[rows, columns]
