"""What a picture may cost in memory and time, whatever it claims."""

import functools
import io
import json
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from appliance.errors import PictureError
from appliance.hw.cameras.limits import MOST_MB
from appliance.hw.cameras.pictures import frame_from_picture_file, read_picture
from tests.support.sources import ROOT

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL", "ignore::DeprecationWarning:PIL")
"""pytest undoes what the module says about them."""


def grey() -> NDArray[np.float64]:
    """float [48, 64] from 0 to 1, brighter to the right; the last columns are white."""
    row: NDArray[np.float64] = np.minimum(np.linspace(0, 1.05, 64), 1.0)
    return np.tile(row, (48, 1))


def of(values: NDArray[np.float64], dtype: str) -> Image.Image:
    return Image.fromarray(values.astype(dtype))


def many_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    buffer = io.BytesIO()
    of(grey() * 255, "u1").save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * count + data[-2:]


def test_a_jpeg_of_very_many_scans_is_refused(tmp_path: Path) -> None:
    (tmp_path / "few.jpg").write_bytes(many_scans(1))
    assert frame_from_picture_file(tmp_path / "few.jpg").colour.shape == (48, 64, 3)
    (tmp_path / "a.jpg").write_bytes(many_scans(500))
    with pytest.raises(PictureError, match="more than 100 scans"):
        frame_from_picture_file(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").write_bytes(many_scans(500)[:-700])  # and breaks off
    with pytest.raises(PictureError, match="more than 100 scans"):
        frame_from_picture_file(tmp_path / "a.jpg")


def black_png(path: Path, colour_type: int, bits: int, width: int, height: int) -> None:
    """Write a black PNG without ever having its pixels: its rows are one compressed block, again and again.

    ``colour_type`` is PNG's: 0 grey, 2 RGB, 3 palette, 6 RGBA; ``bits`` are a pixel's. ``height`` is in
    hundreds.
    """
    rows = bytes(100 * (1 + width * bits // 8))
    deflate = zlib.compressobj(wbits=-15)
    block = deflate.compress(rows) + deflate.flush(zlib.Z_FULL_FLUSH)
    checksum = len(rows) * (height // 100) % 65521 << 16 | 1  # Adler-32 of nothing but zeros (RFC 1950)
    stream = b"\x78\x9c" + block * (height // 100) + b"\x03\x00" + checksum.to_bytes(4)
    header = struct.pack(">IIBBBBB", width, height, 16 if bits == 16 else 8, colour_type, 0, 0, 0)
    palette = [(b"PLTE", bytes(3))] if colour_type == 3 else []
    chunks = [(b"IHDR", header), *palette, (b"IDAT", stream), (b"IEND", b"")]
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in chunks
        )
    )


BOMBS: dict[str, Callable[[Path], object]] = {
    "a.webp": lambda path: Image.new("RGB", (5000, 4000)).save(path, lossless=True, quality=0, method=0),
    "fits.webp": lambda path: Image.new("RGB", (3700, 2800)).save(path, lossless=True, quality=0, method=0),
    "a.png": lambda path: black_png(path, 2, 24, 10900, 10900),
    "fits.png": lambda path: black_png(path, 6, 32, 8800, 6500),
    "palette.png": lambda path: black_png(path, 3, 8, 8700, 8700),
    "grey16.png": lambda path: black_png(path, 0, 16, 10900, 10900),
    "a.tif": lambda path: Image.new("RGB", (7500, 6000)).save(path, compression="tiff_lzw"),
    "fits.tif": lambda path: Image.new("RGB", (5800, 4800)).save(path, compression="tiff_lzw"),
    "a.jpg": lambda path: Image.new("RGB", (7500, 6000)).save(path, "JPEG"),
    "progressive.jpg": lambda path: Image.new("RGB", (6000, 5000)).save(path, "JPEG", progressive=True),
    "a.gif": lambda path: Image.new("P", (8700, 8700)).save(path),
}  # fmt: skip
"""Files of some kilobytes. Decoded at four bytes a pixel each takes more than MOST_MB; ``fits``: just not."""


def test_a_picture_made_without_its_pixels_is_one_that_pillow_reads(tmp_path: Path) -> None:
    for colour_type, bits, mode in ((2, 24, "RGB"), (6, 32, "RGBA"), (3, 8, "P"), (0, 16, "I;16")):
        black_png(tmp_path / "black.png", colour_type, bits, 30, 300)
        with Image.open(tmp_path / "black.png") as image:
            assert (image.mode, image.size) == (mode, (30, 300))
            assert not np.asarray(image).any()


@pytest.fixture(scope="module")
def bomb(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Make one of the files, once."""
    folder = tmp_path_factory.mktemp("bombs")

    @functools.cache
    def made(name: str) -> Path:
        BOMBS[name](folder / name)
        return folder / name

    return made


@pytest.fixture(scope="module")
def watch() -> Iterator[subprocess.Popen[str]]:
    program = ROOT / "tests" / "support" / "memory_watch.py"
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()


@pytest.mark.slow
@pytest.mark.parametrize("command", ["judge FILE", "replay FILE --seconds-per-picture .1 --out OUT"])
@pytest.mark.parametrize("name", BOMBS)
def test_no_picture_takes_more_memory_than_is_said(
    bomb: Callable[[str], Path], watch: subprocess.Popen[str], tmp_path: Path, name: str, command: str
) -> None:
    words = [word.replace("FILE", str(bomb(name))) for word in command.split()]
    words = [word.replace("OUT", str(tmp_path / "out")) for word in words]
    assert watch.stdin
    assert watch.stdout
    print(json.dumps(words), file=watch.stdin, flush=True)
    seen = json.loads(watch.stdout.readline())
    assert 30 < seen["peak_mb"] <= MOST_MB, seen["said"]
    assert seen["status"] == 0 or f"{MOST_MB} MB is the limit" in seen["said"]
    assert seen["status"] == 0 or not name.startswith("fits") or command.startswith("replay")


@pytest.mark.slow
def test_a_jpeg_too_large_to_be_kept_whole_is_played_smaller(tmp_path: Path) -> None:
    Image.new("RGB", (8160, 6144)).save(tmp_path / "a.jpg")  # 50 megapixels, as phones have
    assert read_picture(tmp_path / "a.jpg").shape == (3072, 4080, 3)
