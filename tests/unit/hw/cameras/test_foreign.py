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
    "a.jxl": (b"\xff\x0a" + bytes(100), "a JPEG XL picture"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_not_read_is_called_by_its_name(tmp_path: Path, name: str) -> None:
    data, kind = FOREIGN[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(PictureError, match=rf"is {kind}.*can be judged"):
        frame_from_picture_file(tmp_path / name)


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
