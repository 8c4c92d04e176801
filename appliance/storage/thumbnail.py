"""Small copies of photos, without numpy or OpenCV."""

import io
import logging
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageOps

from appliance.storage.regular_file import open_regular

log = logging.getLogger(__name__)

THUMBNAIL = 400
"""Pixels of the longer side."""
MOST_PIXELS = 100_000_000
_QUALITY = 78


def small_jpeg(file: BinaryIO) -> bytes | None:
    """Return a small JPEG, upright, of the open photo; None where it cannot be read, which is logged."""
    try:
        with Image.open(file, formats=("JPEG",)) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            image.draft("RGB", (THUMBNAIL, THUMBNAIL))  # decoded at an eighth where it can be
            small = ImageOps.exif_transpose(image)
            small.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.BILINEAR, reducing_gap=2.0)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        log.warning("No thumbnail of %s: %s", file.name, error)
        return None
    buffer = io.BytesIO()
    small.convert("RGB").save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def thumbnail_of(path: Path) -> bytes | None:
    """Return a small JPEG of the photo ``path``; None where it is gone or cannot be read."""
    try:
        file = open_regular(path, follow_links=False)
    except OSError:
        return None
    with file:
        return small_jpeg(file)
