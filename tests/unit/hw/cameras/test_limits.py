"""What a picture may cost in memory and time, whatever it claims."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from appliance.errors import PictureError
from appliance.hw.cameras.limits import MOST_MB
from appliance.hw.cameras.pictures import frame_from_picture_file

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


BOMBS: dict[str, Callable[[Path], object]] = {
    "a.webp": lambda path: Image.new("RGB", (10900, 10900)).save(path, lossless=True, quality=0, method=0),
    "fits.webp": lambda path: Image.new("RGB", (3700, 2800)).save(path, lossless=True, quality=0, method=0),
    "a.png": lambda path: Image.new("RGB", (10900, 10900)).save(path),
    "fits.png": lambda path: Image.new("RGBA", (8800, 6500)).save(path),
    "palette.png": lambda path: Image.new("P", (10900, 10900)).save(path),
    "grey16.png": lambda path: Image.new("I;16", (10900, 10900)).save(path),
    "a.tif": lambda path: Image.new("RGB", (10900, 10900)).save(path, compression="tiff_lzw"),
    "fits.tif": lambda path: Image.new("RGB", (5800, 4800)).save(path, compression="tiff_lzw"),
    "a.jpg": lambda path: Image.new("RGB", (10900, 10900)).save(path, "JPEG"),
    "progressive.jpg": lambda path: Image.new("RGB", (6000, 5000)).save(path, "JPEG", progressive=True),
    "a.gif": lambda path: Image.new("P", (10900, 10900)).save(path),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_judging_takes_no_more_memory_than_is_said_whatever_the_picture(tmp_path: Path, name: str) -> None:
    BOMBS[name](tmp_path / name)
    script = (
        "import pathlib, re, sys\n"
        "from appliance.cli import main\n"
        "status = main(['judge', sys.argv[1]])\n"
        "told = pathlib.Path('/proc/self/status').read_text()\n"
        "print('PEAK', int(re.search(r'VmHWM:\\s+(\\d+)', told)[1]) // 1000, status)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path / name], capture_output=True, text=True, check=True
    )
    peak, status = map(int, done.stdout.split("PEAK")[1].split())
    assert peak <= MOST_MB, done.stderr
    assert status == 0 or f"{MOST_MB} MB is the limit" in done.stderr
    assert status == 0 or not name.startswith("fits")
