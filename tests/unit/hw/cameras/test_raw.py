"""Raw pictures of a Pi camera in every format it may grant."""

from types import SimpleNamespace

import numpy as np
import pytest

from appliance.errors import CameraFormatError
from appliance.hw.cameras import raw
from appliance.hw.cameras.picamera2 import granted_layout
from appliance.hw.cameras.raw import FORMATS, Layout, to_bgr, to_strips
from tests.support.raw_pictures import encoded, quarters


@pytest.mark.parametrize("full_range", [True, False])
@pytest.mark.parametrize("matrix", ["601", "709"])
@pytest.mark.parametrize("padding", [0, 64])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_a_camera_may_grant_keeps_its_colours(
    name: str, padding: int, matrix: str, full_range: bool
) -> None:
    bgr = quarters()
    row = 64 * (4 if "X" in name else 3 if "888" in name else 1)
    layout = Layout(name, 64, 48, row + padding, matrix, full_range)
    converted = to_bgr(encoded(bgr, layout), layout)
    assert converted.shape == bgr.shape
    for y, x in ((12, 16), (12, 48), (36, 16), (36, 48)):
        assert np.abs(converted[y, x].astype(int) - bgr[y, x]).max() <= 3


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("height", [2, 130, 360])
def test_a_picture_converted_in_strips_has_no_seams(
    name: str, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = Layout(name, 64, height, 64 * (4 if "X" in name else 3 if "888" in name else 1))
    buffer = np.random.default_rng(height).integers(0, 256, layout.bytes, np.uint8)
    strips = list(to_strips(buffer, layout))
    assert len(strips) == -(-height // raw.BAND)
    monkeypatch.setattr(raw, "BAND", 1000)
    assert np.array_equal(np.concatenate(strips), to_bgr(buffer, layout))


def test_the_converted_picture_owns_its_bytes() -> None:
    layout = Layout("RGB888", 64, 48, 192)
    buffer = encoded(quarters(), layout)
    converted = to_bgr(buffer, layout)
    buffer[:] = 0
    assert converted.any()


def test_a_format_that_cannot_be_converted_is_named() -> None:
    with pytest.raises(CameraFormatError, match="SBGGR10"):
        granted_layout({"format": "SBGGR10", "size": (640, 480), "stride": 1280}, None)
    with pytest.raises(CameraFormatError, match="odd size 641x480"):
        granted_layout({"format": "YUV420", "size": (641, 480), "stride": 704}, None)


def test_a_buffer_that_is_too_short_is_reported_and_not_read_over() -> None:
    with pytest.raises(CameraFormatError, match=r"sent 100 bytes; 64x48 YUV420 .* takes 4608"):
        to_bgr(np.zeros(100, np.uint8), Layout("YUV420", 64, 48, 64))


def test_the_granted_colour_space_decides_the_conversion() -> None:
    rec709 = SimpleNamespace(
        ycbcrEncoding=SimpleNamespace(name="Rec709"), range=SimpleNamespace(name="Limited")
    )
    layout = granted_layout({"format": "NV12", "size": (640, 480), "stride": 640}, rec709)
    assert (layout.matrix, layout.full_range) == ("709", False)
