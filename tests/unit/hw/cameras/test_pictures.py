"""Picture files as one frame: every kind, every size, and a plain word where one cannot be judged."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from appliance.errors import PictureError
from appliance.hw.cameras.pictures import frame_from_picture_file


def gradient(width: int, height: int) -> Image.Image:
    """Red grows to the right, blue downwards."""
    x = np.linspace(0, 255, width, dtype=np.uint8)
    y = np.linspace(0, 255, height, dtype=np.uint8)
    red, blue = np.meshgrid(x, y)
    return Image.fromarray(np.dstack((red, np.zeros_like(red), blue)))


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "gif", "bmp"])
def test_every_kind_of_picture_is_read_in_colour_and_fitted(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    gradient(1280, 960).save(path)
    frame = frame_from_picture_file(path)
    assert (frame.picture.width, frame.picture.height) == (1280, 960)
    assert frame.grey.shape == (480, 640)
    assert frame.picture_scale == (2, 2)
    blue, _, red = frame.colour[470, 20]
    assert blue > 200
    assert red < 60
    assert np.abs(frame.picture.bgr()[::2, ::2].astype(int) - frame.colour).mean() < 8


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "CMYK", "LA"])
def test_pictures_without_plain_colour_are_read_too(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    gradient(100, 80).convert(mode).save(path)
    assert frame_from_picture_file(path).colour.shape == (80, 100, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_way_the_camera_was_held_is_respected(tmp_path: Path, orientation: int) -> None:
    upright = gradient(2000, 1000)
    turned = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]  # undoes EXIF's turn
    stored = upright if turned is None else upright.transpose(Image.Transpose(turned))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "a.jpg", exif=exif, quality=95)
    frame = frame_from_picture_file(tmp_path / "a.jpg")
    assert (frame.picture.width, frame.picture.height) == (2000, 1000)
    assert frame.colour.shape == (320, 640, 3)
    for bgr in (frame.colour, frame.picture.bgr()):
        bottom_left, top_right = bgr[-5, 5], bgr[5, -5]
        assert min(bottom_left[0], top_right[2]) > 200
        assert max(bottom_left[2], top_right[0]) < 50


def test_a_picture_of_one_pixel_is_a_frame(tmp_path: Path) -> None:
    gradient(1, 1).save(tmp_path / "a.png")
    frame = frame_from_picture_file(tmp_path / "a.png")
    assert frame.grey.shape == (1, 1)
    assert frame.picture.bgr().shape == (1, 1, 3)


def test_a_very_long_picture_keeps_at_least_one_pixel(tmp_path: Path) -> None:
    gradient(5000, 1).save(tmp_path / "a.png")
    assert frame_from_picture_file(tmp_path / "a.png").grey.shape == (1, 640)


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has nothing to show for it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(bytes(64)))


def test_more_than_120_megapixels_are_refused_with_the_limit(tmp_path: Path) -> None:
    (tmp_path / "huge.png").write_bytes(png_header(60000, 50000))
    with pytest.raises(PictureError, match=r"huge\.png has 3000 megapixels\. At most 120 megapixels"):
        frame_from_picture_file(tmp_path / "huge.png")


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xd8\xff\xe0junk", png_header(10, 10), bytes(5000)])
def test_what_is_not_a_picture_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.jpg").write_bytes(content)
    with pytest.raises(PictureError, match=r"bad\.jpg"):
        frame_from_picture_file(tmp_path / "bad.jpg")


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "gif", "bmp", "tif"])
def test_a_truncated_picture_is_refused_by_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"half.{suffix}"
    noise = np.random.default_rng(0).integers(0, 255, (300, 400, 3), np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(PictureError, match=rf"half\.{suffix}"):
        frame_from_picture_file(path)


def test_a_missing_file_and_a_folder_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"gone\.jpg does not exist"):
        frame_from_picture_file(tmp_path / "gone.jpg")
    with pytest.raises(PictureError, match=r"it is a folder, not a file"):
        frame_from_picture_file(tmp_path)
