"""JPEG of a photo, with its metadata."""

import io
from dataclasses import replace
from datetime import datetime
from functools import partial

import cv2
import numpy as np
from PIL import ExifTags, Image

from appliance import __version__
from appliance.errors import StorageError
from appliance.records.decision import Decision, EncodedPhoto
from appliance.records.frame import Colour, Picture

MAX_SIDE = 16384
"""Pixels. A picture with a longer side is refused (libjpeg itself ends at 65500)."""
ROWS = 64
"""Rows that are converted at a time, so that no copy of the picture is made in between."""
MAX_XMP_BYTES = 65_000
"""Bytes that fit into one segment of a JPEG, about a hundred faces. A larger packet is left out."""


def encoded(decision: Decision, jpeg: bytes, taken_at: datetime) -> EncodedPhoto:
    """Return ``decision`` as a photo whose picture is ``jpeg`` from now on."""
    before = decision.frame.picture
    picture = Picture(
        width=before.width, height=before.height, convert=partial(_decoded, jpeg), held=len(jpeg)
    )
    light = replace(decision, frame=replace(decision.frame, picture=picture))
    return EncodedPhoto(decision=light, jpeg=jpeg, taken_at=taken_at)


def _decoded(jpeg: bytes) -> Colour:
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def encode_jpeg(picture: Colour | Picture, quality: int, exif: Image.Exif, xmp: bytes = b"") -> bytes:
    """Return a JPEG of ``picture`` (if pixels: uint8 [height, width, 3], BGR). Raises StorageError."""
    buffer = io.BytesIO()
    described = {"xmp": xmp} if 0 < len(xmp) <= MAX_XMP_BYTES else {}
    _as_image(picture).save(buffer, "JPEG", quality=quality, exif=exif, **described)
    return buffer.getvalue()


def _as_image(picture: Colour | Picture) -> Image.Image:
    """Return ``picture`` as Pillow's, four bytes per pixel.

    It is converted strip by strip: the whole BGR picture beside it would take as much memory again.
    """
    if isinstance(picture, Picture) and picture.pieces is None:
        picture = picture.bgr()  # its own size counts: a file may have changed since it was examined
    if not isinstance(picture, Picture):
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:
            raise StorageError(f"This is not a picture: {picture.dtype} {picture.shape}")
        pixels = picture
        picture = Picture(width=pixels.shape[1], height=pixels.shape[0], convert=lambda: pixels)
    if max(picture.height, picture.width) > MAX_SIDE:
        raise StorageError(
            f"A picture of {picture.width}x{picture.height} pixels is too large to keep; {MAX_SIDE} a side is"
            " the limit",
            "Lower camera.picture_size",
        )
    whole = np.empty((picture.height, picture.width, 4), np.uint8)
    top = 0
    for strip in picture.strips():
        for row in range(0, len(strip), ROWS):
            part = np.ascontiguousarray(strip[row : row + ROWS])
            whole[top : top + len(part)] = cv2.cvtColor(part, cv2.COLOR_BGR2RGBA)
            top += len(part)
    return Image.frombuffer("RGBX", (picture.width, picture.height), whole, "raw", "RGBX", 0, 1)


def make_exif(taken_at: datetime, make: str, model: str) -> Image.Exif:
    """Return a photo's EXIF 2.31: time and camera, without place or names."""
    base = ExifTags.Base
    moment = f"{taken_at:%Y:%m:%d %H:%M:%S}"
    times: dict[int, str] = {
        base.DateTimeOriginal: moment,
        base.DateTimeDigitized: moment,
        base.SubsecTimeOriginal: f"{taken_at:%f}",
        base.SubsecTimeDigitized: f"{taken_at:%f}",
    }
    if taken_at.utcoffset() is not None:
        offset = f"{taken_at:%z}"  # +hhmm
        times[base.OffsetTimeOriginal] = times[base.OffsetTimeDigitized] = f"{offset[:3]}:{offset[3:5]}"
    exif = Image.Exif()
    exif[base.Make] = make
    exif[base.Model] = model
    exif[base.Software] = f"smart-selfie {__version__}"
    exif[base.Orientation] = 1
    exif[base.DateTime] = moment
    exif[ExifTags.IFD.Exif] = times
    return exif
