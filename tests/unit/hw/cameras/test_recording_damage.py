"""A recording that is damaged or cut off gives the frames it has, then says so."""

import struct
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from appliance.errors import PictureError, RecordingError
from appliance.hw.cameras import limits, pictures
from appliance.records.frame import Colour
from tests.support.recordings import (
    animation,
    frame_headers,
    play,
    shade,
    until_it_breaks,
    write_gif,
    write_video,
)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "codec"), [("a.avi", "MJPG"), ("a.mkv", "mp4v"), ("a.gif", "")])
def test_a_recording_that_breaks_off_gives_what_it_has_and_then_says_so(
    tmp_path: Path, name: str, codec: str
) -> None:
    path = tmp_path / name
    if codec:
        write_video(path, 60, codec=codec)
    else:
        write_gif(path, [100] * 60)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    delivered, message = until_it_breaks(path)
    assert 20 <= delivered <= 40
    assert name in message
    assert "Copy it again" in message or "whole" in message


@pytest.mark.slow
def test_a_gif_cut_off_anywhere_gives_the_frames_before_and_then_says_so(tmp_path: Path) -> None:
    whole = animation("GIF", (5, 4))
    starts = frame_headers(whole)
    for length in range(15, len(whole)):
        (tmp_path / "cut.gif").write_bytes(whole[:length])
        try:
            delivered, message = until_it_breaks(tmp_path / "cut.gif")
        except RecordingError as error:
            delivered, message = 0, str(error)
        begun = sum(start < length for start in starts)
        assert begun - 1 <= delivered <= begun, (length, message)
        assert "cut.gif" in message


def test_a_gif_whose_later_frame_claims_more_than_120_megapixels_is_refused_there(tmp_path: Path) -> None:
    data = bytearray(animation("GIF"))
    second = frame_headers(bytes(data))[1]
    data[second + 5 : second + 9] = struct.pack("<HH", 11000, 11000)
    (tmp_path / "big.gif").write_bytes(data)
    delivered, message = until_it_breaks(tmp_path / "big.gif")
    assert delivered == 1
    assert "big.gif has 121 megapixels after 1 frames. At most 120 megapixels" in message


def test_every_page_is_looked_at_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, large = Image.new("RGB", (32, 24)), Image.new("RGB", (200, 100))
    small.save(tmp_path / "pages", "TIFF", save_all=True, append_images=[large])
    monkeypatch.setattr(limits, "LARGEST_PICTURE", 10_000)
    delivered, message = until_it_breaks(tmp_path / "pages")
    assert delivered == 1
    assert "megapixels after 1 frames" in message


def damaged(whole: bytes) -> Iterator[bytes]:
    """Cut off, and with some bytes changed, anywhere and in the header; the same every time."""
    dice = np.random.default_rng(len(whole))
    for length in dice.integers(1, len(whole), 40):
        yield whole[:length]
    for reach in (200, len(whole)):
        for changes in dice.choice((1, 2, 4, 16), 40):
            data = bytearray(whole)
            for place in dice.integers(0, min(reach, len(whole)), changes):
                data[place] = dice.choice((0, 255, 127, 128, data[place] ^ 1 << dice.integers(8)))
            yield bytes(data)


def judged(path: Path) -> Colour:
    return pictures.frame_from_picture_file(path).picture.bgr()


def message_of(path: Path, attempt: Callable[[Path], object]) -> str:
    """What is said when it cannot be done; the path if it can."""
    try:
        attempt(path)
    except (RecordingError, PictureError) as error:
        return str(error)
    return str(path)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Pillow's about damaged files: without this they would be errors
@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF", "MPO", "JPEG"])
def test_a_damaged_file_gives_pictures_or_a_plain_word(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "LARGEST_PICTURE", 1_000_000)  # the test has a few seconds
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 500_000)
    path = tmp_path / f"damaged.{kind.lower()}"
    for data in damaged(animation(kind)):
        path.write_bytes(data)
        assert path.name in message_of(path, partial(play, frame_rate=0.01))
        assert path.name in message_of(path, judged)


def test_a_broken_picture_in_a_folder_is_named_after_the_ones_before_it(tmp_path: Path) -> None:
    for number in range(3):
        Image.fromarray(shade(number)).save(tmp_path / f"{number}.jpg")
    whole = (tmp_path / "1.jpg").read_bytes()
    (tmp_path / "1.jpg").write_bytes(whole[: len(whole) // 2])
    delivered, message = until_it_breaks(tmp_path)
    assert delivered == 1
    assert "1.jpg" in message
