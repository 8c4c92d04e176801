"""JPEG of a photo: pixels, time and metadata."""

import io
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from PIL import ExifTags, Image

from appliance.errors import StorageError
from appliance.storage import jpeg
from appliance.storage.jpeg import encode_jpeg, make_exif

NOON = datetime(2026, 7, 1, 12, 0, 0, 250_000, UTC)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_red_stays_red_though_pixels_are_bgr() -> None:
    red = np.zeros((16, 32, 3), np.uint8)
    red[..., 2] = 255
    picture = opened(encode_jpeg(red, 95, make_exif(NOON, "a", "b")))
    assert picture.size == (32, 16)
    pixel = picture.getpixel((5, 5))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 240
    assert max(pixel[1:]) < 15


def test_the_exif_tells_the_local_time_with_its_offset() -> None:
    exif = make_exif(NOON.astimezone(timezone(timedelta(hours=5, minutes=30))), "a", "b")
    times = exif[ExifTags.IFD.Exif]
    assert exif[ExifTags.Base.DateTime] == "2026:07:01 17:30:00"
    assert times[ExifTags.Base.OffsetTimeOriginal] == "+05:30"
    assert times[ExifTags.Base.SubsecTimeOriginal] == "250000"


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 4), (0, 4, 3), (1, jpeg.MAX_SIDE + 1, 3)])
def test_pixels_that_cannot_be_a_photo_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(StorageError):
        encode_jpeg(np.zeros(shape, np.uint8), 90, make_exif(NOON, "a", "b"))


def test_metadata_that_does_not_fit_is_left_out() -> None:
    blank, exif = np.zeros((8, 8, 3), np.uint8), make_exif(NOON, "a", "b")
    assert "xmp" in opened(encode_jpeg(blank, 90, exif, b"<x/>")).info
    assert "xmp" not in opened(encode_jpeg(blank, 90, exif, b" " * (jpeg.MAX_XMP_BYTES + 1))).info
