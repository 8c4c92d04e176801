"""Small copies of photos."""

import io
from pathlib import Path

import pytest
from PIL import Image

from appliance.storage.thumbnail import THUMBNAIL, small_jpeg, thumbnail_of


def test_a_photo_becomes_small_and_stands_upright(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    sideways = Image.Exif()
    sideways[0x0112] = 6
    Image.new("RGB", (1600, 800), "orange").save(path, exif=sideways)
    data = thumbnail_of(path)
    assert data is not None
    with Image.open(io.BytesIO(data)) as small:
        assert small.size == (THUMBNAIL // 2, THUMBNAIL)


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", b"GIF89a" + bytes(100)])
def test_what_is_no_photo_gives_none(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    assert thumbnail_of(path) is None
    with path.open("rb") as file:
        assert small_jpeg(file) is None


def test_a_photo_that_is_gone_or_a_link_gives_none(tmp_path: Path) -> None:
    Image.new("RGB", (10, 10)).save(tmp_path / "real.jpg")
    (tmp_path / "link.jpg").symlink_to(tmp_path / "real.jpg")
    assert thumbnail_of(tmp_path / "link.jpg") is None
    assert thumbnail_of(tmp_path / "gone.jpg") is None
