"""Files of kinds that are not read are refused by their name."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from appliance.errors import PictureError
from appliance.hw.cameras.pictures import frame_from_picture_file

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL", "ignore::DeprecationWarning:PIL")
"""pytest undoes what the module says about them."""


def of(values: NDArray[np.float64], dtype: str) -> Image.Image:
    return Image.fromarray(values.astype(dtype))


FOREIGN = {
    "a.jpg": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "a PostScript document"),
    "a.pdf": (b"%PDF-1.7\n", "a PDF document"),
    "a.heic": (b"\0\0\0\x18ftypheic" + bytes(100), "a HEIC picture"),
    "a.avif": (b"\0\0\0\x18ftypavif" + bytes(100), "an AVIF picture"),
    "a.svg": (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
    "a.cr3": (b"\0\0\0\x18ftypcrx " + bytes(100), "a raw picture"),
    "a.nef": (b"MM\0*" + bytes(100), "a raw picture"),
    "a.psd": (b"8BPS" + bytes(100), "a Photoshop file"),
    "a.ppm": (b"P6\n4 4\n255\n" + bytes(48), "a Netpbm picture"),
    "a.pcx": (b"\x0a\x05\x01\x08" + bytes(200), "a PCX picture"),
    "a.jxl": (b"\xff\x0a" + bytes(100), "a JPEG XL picture"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_not_read_is_called_by_its_name(tmp_path: Path, name: str) -> None:
    data, kind = FOREIGN[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(PictureError, match=rf"is {kind}.*can be judged"):
        frame_from_picture_file(tmp_path / name)


@pytest.mark.parametrize(
    ("start", "kind"),
    [(b"\xff\xd8\xff\xe0", "JPEG"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"II*\0", "TIFF"), (b"GIF89a", "GIF")],
)
def test_a_kind_that_is_read_but_not_in_this_file_is_named_too(
    tmp_path: Path, start: bytes, kind: str
) -> None:
    (tmp_path / "a.jpg").write_bytes(start + b"\xff" * 100)
    with pytest.raises(PictureError, match=rf"a\.jpg (begins as a {kind} and )?cannot be read"):
        frame_from_picture_file(tmp_path / "a.jpg")


@pytest.mark.parametrize(
    "kind", ["PPM", "TGA", "PCX", "ICO", "SGI", "DDS", "EPS", "PDF", "ICNS", "IM", "SPIDER"]
)
def test_a_kind_nobody_asked_for_is_not_opened(tmp_path: Path, kind: str) -> None:
    mode = "F" if kind == "SPIDER" else "RGB"
    try:
        # Under a name of its own: SPIDER's writer would take the ending for itself from then on.
        Image.new(mode, (64, 64)).save(tmp_path / "a.kind", kind)
    except (OSError, KeyError):
        pytest.skip("Pillow does not write it here")
    path = (tmp_path / "a.kind").rename(tmp_path / "a.jpg")
    with pytest.raises(PictureError, match=r"a\.jpg is "):
        frame_from_picture_file(path)
