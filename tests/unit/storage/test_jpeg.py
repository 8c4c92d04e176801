"""JPEGs of photos: what is encoded can be read, and waits in a hundredth of its space."""

import io
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image

from appliance.errors import StorageError
from appliance.storage.jpeg import encode_jpeg, encoded
from tests.support.strategies import decision_on, frame


def test_a_picture_keeps_its_colours_and_tells_when_it_was_taken() -> None:
    orange = np.full((40, 60, 3), (0, 128, 255), np.uint8)
    exif = Image.Exif()
    exif[ExifTags.Base.DateTime] = "2026:11:30 12:00:00"
    data = encode_jpeg(orange, 95, exif)
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (60, 40)
        assert image.getexif()[ExifTags.Base.DateTime] == "2026:11:30 12:00:00"
        red, green, blue = image.convert("RGB").getpixel((30, 20))  # type: ignore[misc]
    assert (red > 245, 118 < green < 138, blue < 10) == (True, True, True)


def test_a_photo_that_waits_holds_its_jpeg_and_can_be_looked_at() -> None:
    data = encode_jpeg(np.full((40, 60, 3), 90, np.uint8), 92, Image.Exif())
    photo = encoded(decision_on(frame(0.0, 0)), data, datetime(2026, 11, 30, 12))
    assert photo.jpeg == data
    assert photo.decision.frame.picture.held == len(data)
    assert photo.decision.frame.picture.bgr().mean() == pytest.approx(90, abs=2)


@pytest.mark.parametrize(
    "wrong", [np.zeros((0, 0, 3), np.uint8), np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)]
)
def test_what_is_no_picture_is_refused(wrong: Any) -> None:
    with pytest.raises(StorageError, match="not a picture"):
        encode_jpeg(wrong, 92, Image.Exif())


def test_a_picture_beyond_the_format_is_refused_with_the_way_out() -> None:
    with pytest.raises(StorageError, match=r"Lower camera\.picture_size"):
        encode_jpeg(np.zeros((1, 16385, 3), np.uint8), 92, Image.Exif())
