"""A picture of any depth, colours and metadata is judged as viewers show it, or refused."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from appliance.cli import main
from appliance.errors import PictureError
from appliance.hw.cameras.pictures import frame_from_picture_file, holds_more, pictures_in
from appliance.records.frame import Colour

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL", "ignore::DeprecationWarning:PIL")
"""pytest undoes what the module says about them."""


def grey() -> NDArray[np.float64]:
    """float [48, 64] from 0 to 1, brighter to the right; the last columns are white."""
    row: NDArray[np.float64] = np.minimum(np.linspace(0, 1.05, 64), 1.0)
    return np.tile(row, (48, 1))


def expected() -> NDArray[np.float64]:
    return np.asarray(np.rint(grey() * 255))


def shown(path: Path) -> NDArray[np.float64]:
    return frame_from_picture_file(path).colour[:, :, 1].astype(np.float64)


def of(values: NDArray[np.float64], dtype: str) -> Image.Image:
    return Image.fromarray(values.astype(dtype))


DEPTHS: dict[str, Callable[[], tuple[str, Image.Image]]] = {
    "16 bits": lambda: ("a.png", of(grey() * 65535, "<u2")),
    "16 bits, TIFF": lambda: ("a.tif", of(grey() * 65535, "<u2")),
    "16 bits, the other way round": lambda: ("a.tif", of(grey() * 65535, ">u2")),
    "14 bits in 16": lambda: ("a.png", of(grey() * 16383, "<u2")),
    "12 bits in 16": lambda: ("a.tif", of(grey() * 4095, "<u2")),
    "10 bits in 16": lambda: ("a.png", of(grey() * 1023, "<u2")),
    "8 bits in 16": lambda: ("a.tif", of(grey() * 255, "<u2")),
    "32 bits": lambda: ("a.tif", of(grey() * (2**31 - 1), "<i4")),
    "16 bits in 32": lambda: ("a.tif", of(grey() * 65535, "<i4")),
    "floating point to 1": lambda: ("a.tif", of(grey(), "<f4")),
    "floating point to 255": lambda: ("a.tif", of(grey() * 255, "<f4")),
    "8 bits": lambda: ("a.png", of(grey() * 255, "u1")),
}


@pytest.mark.parametrize("depth", DEPTHS)
def test_more_than_eight_bits_are_scaled_and_not_cut_off(tmp_path: Path, depth: str) -> None:
    name, image = DEPTHS[depth]()
    image.save(tmp_path / name)
    assert np.abs(shown(tmp_path / name) - expected()).max() <= 1.0


def sixteen_bit_rgb(values: NDArray[np.float64]) -> bytes:
    """A PNG of 16 bits a channel, which Pillow does not write. ``values``: [height, width, 3], 0 to 65535."""
    height, width = values.shape[:2]

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def test_sixteen_bits_of_colour_are_scaled(tmp_path: Path) -> None:
    values = np.repeat((grey() * 65535)[:, :, None], 3, axis=2)
    (tmp_path / "a.png").write_bytes(sixteen_bit_rgb(values))
    assert np.abs(shown(tmp_path / "a.png") - expected()).max() <= 1.0


def test_white_is_zero_in_sixteen_bits_too(tmp_path: Path) -> None:
    of((1 - grey()) * 65535, "<u2").save(tmp_path / "a.tif", tiffinfo={262: 0})
    with Image.open(tmp_path / "a.tif") as image:
        assert image.tag_v2[262] == 0  # type: ignore[attr-defined]
    assert np.abs(shown(tmp_path / "a.tif") - expected()).max() <= 1.0


@pytest.mark.parametrize("odd", [np.nan, np.inf, -70000.0])
def test_values_that_are_not_brightness_are_refused(tmp_path: Path, odd: float) -> None:
    values = grey() * 255
    values[0, 0] = odd
    of(values, "<f4").save(tmp_path / "a.tif")
    with pytest.raises(PictureError, match=r"a\.tif holds values .*8 bits a channel"):
        frame_from_picture_file(tmp_path / "a.tif")


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "PA", "1", "CMYK", "YCbCr", "RGBX"])
@pytest.mark.parametrize("suffix", ["png", "tif", "webp", "bmp", "jpg", "gif"])
def test_every_mode_of_every_kind_looks_as_it_should_or_is_refused(
    tmp_path: Path, mode: str, suffix: str
) -> None:
    path = tmp_path / f"a.{suffix}"
    try:
        of(grey() * 255, "u1").convert("RGB").convert(mode).save(path)
    except (OSError, ValueError):
        pytest.skip("Pillow does not write it")
    found = shown(path)
    assert np.abs(found[:, 4:60].mean(axis=0) - expected()[:, 4:60].mean(axis=0)).mean() < 45
    assert found[:, -2:].mean() > 225


def transparent(mode: str) -> Image.Image:
    """Black, wholly transparent on the left."""
    image = Image.new("RGBA", (64, 48), (0, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, 32, 48))
    if mode == "P":
        indexed = Image.new("P", (64, 48), 1)
        indexed.putpalette([9, 9, 9, 0, 0, 0])
        indexed.paste(0, (0, 0, 32, 48))
        indexed.info["transparency"] = 0
        return indexed
    return image.convert(mode)


@pytest.mark.parametrize(
    ("mode", "suffix"), [("RGBA", "png"), ("LA", "png"), ("P", "png"), ("P", "gif"), ("RGBA", "webp")]
)
def test_what_is_transparent_is_white_as_on_a_page(tmp_path: Path, mode: str, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    image = transparent(mode)
    image.save(path, lossless=True)
    found = shown(path)
    assert found[:, 4:28].min() > 240
    assert found[:, 36:].max() < 15


def exif_with(tags: dict[int, object], orientation: int = 6) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    for tag, value in tags.items():
        exif[tag] = value
    return exif.tobytes()


def with_wrong_type(exif: bytes, tag: int) -> bytes:
    """``tag`` said to be of another type than its value."""
    entry = struct.pack("<H", tag) if b"II*" in exif else struct.pack(">H", tag)
    at = exif.index(entry) + 2
    return exif[:at] + (b"\x05\x00" if b"II*" in exif else b"\x00\x05") + exif[at + 2 :]


@pytest.mark.parametrize("tag", [0x010F, 0x0110, 0x0132, 0x013B, 0x8298])
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_odd_metadata_does_not_keep_a_picture_from_being_judged(
    tmp_path: Path, tag: int, suffix: str
) -> None:
    path = tmp_path / f"a.{suffix}"
    exif = with_wrong_type(exif_with({tag: "some words"}), tag)
    of(grey() * 255, "u1").convert("RGB").save(path, exif=exif)
    frame = frame_from_picture_file(path)
    assert frame.colour.shape == (64, 48, 3)
    assert frame.picture.bgr().shape == (64, 48, 3)


@pytest.mark.parametrize("cut", range(6, 40))
def test_metadata_cut_off_anywhere_does_not_either(tmp_path: Path, cut: int) -> None:
    exif = exif_with({0x010F: "some words"})[:cut]
    of(grey() * 255, "u1").save(tmp_path / "a.jpg", exif=exif)
    assert frame_from_picture_file(tmp_path / "a.jpg").colour.shape in {(64, 48, 3), (48, 64, 3)}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["png", "webp", "tif"])
def test_every_kind_is_turned_as_its_metadata_says(tmp_path: Path, suffix: str, orientation: int) -> None:
    turned = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]  # undoes EXIF's turn
    upright = of(grey() * 255, "u1").convert("RGB")
    stored = upright if turned is None else upright.transpose(Image.Transpose(turned))
    path = tmp_path / f"a.{suffix}"
    if suffix == "tif":
        stored.save(path, tiffinfo={0x0112: orientation})
    else:
        stored.save(path, exif=exif_with({}, orientation), lossless=True)
    frame = frame_from_picture_file(path)
    assert (frame.picture.width, frame.picture.height) == (64, 48)
    assert np.abs(frame.colour[:, :, 1] - expected()).mean() < 3
    assert np.abs(frame.picture.bgr()[:, :, 1] - expected()).mean() < 3


def test_a_png_with_any_amount_of_text_is_judged(tmp_path: Path) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "x" * 5_000_000, zip=True)
    text.add_itxt("XML:com.adobe.xmp", "y" * 5_000_000, zip=True)
    of(grey() * 255, "u1").save(tmp_path / "a.png", pnginfo=text, icc_profile=bytes(3_000_000))
    assert np.abs(shown(tmp_path / "a.png") - expected()).max() <= 1


@pytest.mark.parametrize(("kind", "shown_by_viewers"), [(b"gAMA", True), (b"tIME", True), (b"PLTE", False)])
def test_a_png_with_a_wrong_checksum_is_judged_where_viewers_show_it(
    tmp_path: Path, kind: bytes, shown_by_viewers: bool
) -> None:
    of(grey() * 255, "u1").save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    body = b"\0\0\xb1\x8f" if kind != b"PLTE" else bytes(6)
    chunk = struct.pack(">I", len(body)) + kind + body + b"\0\0\0\0"
    (tmp_path / "a.png").write_bytes(data[:33] + chunk + data[33:])  # behind the header
    if shown_by_viewers:
        assert np.abs(shown(tmp_path / "a.png") - expected()).max() <= 1
    else:
        with pytest.raises(PictureError, match="begins as a PNG and cannot be read"):
            shown(tmp_path / "a.png")


NAMES = [
    "3²1.jpg", "²", "①.jpg", "٣.jpg", "१२.jpg", "x" * 240 + ".jpg", "שלום.jpg", "e\u0301.jpg", "a\nb.jpg",
]  # fmt: skip


def test_names_of_all_scripts_are_in_a_folder_in_a_fixed_order(tmp_path: Path) -> None:
    for name in ["9.jpg", "10.jpg", *NAMES]:
        (tmp_path / name).with_suffix(".jpg").write_bytes(b"x")
    latin = tmp_path / "caf\udce9.jpg"  # é as Windows writes it
    latin.write_bytes(b"x")
    found = pictures_in(tmp_path)
    assert len(found) == len(NAMES) + 3
    assert [path.name for path in found if path.name in {"9.jpg", "10.jpg"}] == ["9.jpg", "10.jpg"]
    assert found == pictures_in(tmp_path)


def pieces() -> list[bytes]:
    found = []
    for kind in ("JPEG", "PNG"):
        buffer = io.BytesIO()
        of(grey() * 255, "u1").save(buffer, kind)
        found.append(buffer.getvalue())
    return found


@pytest.mark.parametrize("data", pieces(), ids=["JPEG", "PNG"])
def test_that_more_pictures_follow_is_reported(
    tmp_path: Path, data: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two, tail = (tmp_path / name for name in ("one.jpg", "two.jpg", "tail.jpg"))
    one.write_bytes(data)
    two.write_bytes(data + b"\0\0" + data)
    tail.write_bytes(data + b"\0\0\0\x18ftypmp42" + bytes(500))  # as a moving photo of a phone
    assert [holds_more(path) for path in (one, two, tail)] == [False, True, False]
    assert main(["judge", str(two)]) == 0
    assert f"{two} holds several pictures. The first one is judged" in capsys.readouterr().err


def test_the_two_pictures_of_one_photo_of_a_phone_are_one(tmp_path: Path) -> None:
    image = of(grey() * 255, "u1").convert("RGB")
    image.save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=[image])
    assert not holds_more(tmp_path / "a.jpg")


def test_a_large_picture_looks_the_same_as_a_small_one(tmp_path: Path) -> None:
    small: Colour = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    large = Image.fromarray(small[:, :, ::-1]).resize((3200, 2400), Image.Resampling.NEAREST)
    large.save(tmp_path / "a.png", compress_level=1)
    frame = frame_from_picture_file(tmp_path / "a.png")
    assert frame.picture_scale == (5, 5)
    assert np.abs(frame.colour[5::10, 5::10].astype(int) - small).max() <= 1
