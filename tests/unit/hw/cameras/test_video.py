"""Videos as the world has them: trimmed, turned, one after the other; and what only calls itself one."""

import io
import struct
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from appliance.errors import RecordingError
from appliance.hw.cameras import limits, recording
from tests.support.films import COUNT, film, picture, played


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Kind, place and size of every box of an MP4."""
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        yield kind, start, size
        if kind in {b"moov", b"trak", b"mdia"}:
            yield from boxes(data, start + 8, start + size)
        start += size


def place_of(data: bytes, kind: bytes) -> tuple[int, int]:
    return next((at, size) for found, at, size in boxes(data) if found == kind)


def trimmed(data: bytes, seconds: float) -> bytes:
    """As a phone trims: nothing is cut out, an edit list and the durations say what is shown."""
    new = bytearray(data)
    movie, _ = place_of(data, b"mvhd")
    scale = struct.unpack_from(">I", data, movie + 20)[0]
    ticks = round(seconds * scale)
    struct.pack_into(">I", new, movie + 24, ticks)
    track, _ = place_of(data, b"tkhd")
    struct.pack_into(">I", new, track + 28, ticks)
    media, size = place_of(data, b"mdia")
    trak, trak_size = place_of(data, b"trak")
    moov, moov_size = place_of(data, b"moov")
    edits = struct.pack(">I4sI4sIIIiI", 36, b"edts", 28, b"elst", 0, 1, ticks, 0, 1 << 16)
    struct.pack_into(">I", new, trak, trak_size + len(edits))
    struct.pack_into(">I", new, moov, moov_size + len(edits))
    assert place_of(data, b"mdat")[0] < moov  # or places in it would move
    assert size
    found = new[:media] + edits + new[media:]
    old = place_of(data, b"trak")[0]
    assert old < media
    return bytes(found)


def test_a_trimmed_video_is_whole(tmp_path: Path) -> None:
    data = film(tmp_path / "whole.mp4").read_bytes()
    for kind, at, size in list(boxes(data)):
        if kind == b"edts":
            data = data[: at + 4] + b"free" + data[at + 8 : at + size] + data[at + size :]
    (tmp_path / "trimmed.mp4").write_bytes(trimmed(data, 2.0))
    assert 18 <= len(played(tmp_path / "trimmed.mp4")) <= COUNT


def test_a_video_that_breaks_off_is_reported_all_the_same(tmp_path: Path) -> None:
    data = film(tmp_path / "whole.avi", "MJPG").read_bytes()
    (tmp_path / "half.avi").write_bytes(data[: len(data) // 2])
    with pytest.raises(RecordingError, match="breaks off after"):
        played(tmp_path / "half.avi")


@pytest.mark.parametrize(("turn", "corner"), [(0, (2, 2)), (90, (2, -3)), (180, (-3, -3)), (270, (-3, 2))])
def test_a_video_is_turned_as_it_says(tmp_path: Path, turn: int, corner: tuple[int, int]) -> None:
    data = bytearray(film(tmp_path / "a.mp4").read_bytes())
    at, _ = place_of(bytes(data), b"tkhd")
    one = 1 << 16
    matrix = {0: (one, 0, 0, one), 90: (0, one, -one, 0), 180: (-one, 0, 0, -one), 270: (0, -one, one, 0)}[
        turn
    ]
    a, b, c, d = matrix
    struct.pack_into(">iiiiii", data, at + 48, a, b, 0, c, d, 0)
    (tmp_path / "a.mp4").write_bytes(data)
    frame = played(tmp_path / "a.mp4")[0]
    assert frame.colour.shape == ((48, 64, 3) if turn in (0, 180) else (64, 48, 3))
    assert frame.colour[corner].min() > 200


@pytest.mark.parametrize(
    ("suffix", "codec"), [("mp4", "mp4v"), ("avi", "MJPG"), ("mkv", "mp4v"), ("mov", "mp4v")]
)
def test_every_container_plays_under_every_name(tmp_path: Path, suffix: str, codec: str) -> None:
    path = film(tmp_path / f"a.{suffix}", codec).rename(tmp_path / "caf\udce9 ²שלום.bin")
    assert len(played(path)) == COUNT


def test_two_videos_one_after_the_other_are_reported(tmp_path: Path) -> None:
    data = film(tmp_path / "a.mp4").read_bytes()
    (tmp_path / "a.mp4").write_bytes(data + data)
    with pytest.raises(RecordingError, match="holds 2 videos one after the other"):
        played(tmp_path / "a.mp4")


def encoded(kind: str, count: int = COUNT) -> list[bytes]:
    found = []
    for number in range(count):
        buffer = io.BytesIO()
        Image.fromarray(picture(number)).save(buffer, kind, quality=95)
        found.append(buffer.getvalue())
    return found


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("between", [b"", b"\0" * 7, b"\r\n"])
@pytest.mark.parametrize("name", ["a.mjpeg", "a.jpg"])
def test_pictures_one_after_the_other_are_all_played(
    tmp_path: Path, kind: str, between: bytes, name: str
) -> None:
    (tmp_path / name).write_bytes(between.join(encoded(kind)))
    frames = played(tmp_path / name)
    assert [round(float(frame.grey[30:, 30:].mean())) for frame in frames] == [
        40 + 5 * number for number in range(COUNT)
    ]
    gaps = {round(late.captured_at - early.captured_at, 4) for early, late in pairwise(frames)}
    assert gaps == {round(1 / 30, 4)}


def test_pictures_one_after_the_other_that_break_off_are_reported(tmp_path: Path) -> None:
    (tmp_path / "a.mjpeg").write_bytes(b"".join(encoded("JPEG", 5))[:-100])
    with pytest.raises(RecordingError, match="breaks off in the middle of a picture after 4 frames"):
        played(tmp_path / "a.mjpeg")


def test_a_photo_of_a_phone_that_holds_two_pictures_is_one_frame(tmp_path: Path) -> None:
    one = Image.fromarray(picture(0))
    one.save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=[one.resize((32, 24))])
    assert len(played(tmp_path / "a.jpg")) == 1


LISTS = [
    b"ffconcat version 1.0\nfile a.avi\n#" + b"x" * 151 + b"G" + b"x" * 600,
    b"#EXTM3U\n#" + b"x" * 179 + b"G\na.avi\n" + b"x" * 600,
    b"v=0\n" + b"G" * 1000,
]


@pytest.mark.parametrize("text", LISTS)
@pytest.mark.parametrize("name", ["p.mp4", "p.ts"])
def test_a_list_of_files_does_not_pass_for_a_video(tmp_path: Path, text: bytes, name: str) -> None:
    film(tmp_path / "a.avi", "MJPG")
    (tmp_path / name).write_bytes(text)
    with pytest.raises(RecordingError, match="is not a readable video"):
        played(tmp_path / name)


def test_a_video_of_frames_too_large_is_refused_before_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LARGEST_FRAME", 1000)
    with pytest.raises(RecordingError, match=r"frames of 64x48; .*ffmpeg -i"):
        played(film(tmp_path / "a.avi", "MJPG"))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_an_animated_picture_is_bounded_in_frames_pixels_and_seconds(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = [Image.fromarray(picture(number)) for number in range(12)]
    path = tmp_path / "a.gif"
    more = {"lossless": True} if kind == "WEBP" else {}
    frames[0].save(path, kind, save_all=True, append_images=frames[1:], duration=100, **more)
    path = path.rename(tmp_path / "a.bin")
    assert len(played(path)) == 12
    for name, most, words in (
        ("MOST_FRAMES", 10, "more than there is time for"),
        ("MOST_FRAME_PIXELS", 20_000, "more than there is time for"),
        ("LONGEST_ANIMATION", 0.5, "longer than there is time for"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(recording, name, most)
            with pytest.raises(RecordingError, match=words):
                played(path)


def with_wide_pixels(data: bytes, across: int, down: int) -> bytes:
    """A movie whose pixels are ``across`` wide and ``down`` high (ISO 14496-12, pasp)."""
    new = bytearray(data)
    shape = struct.pack(">I4sII", 16, b"pasp", across, down)
    entry = new.rindex(b"mp4v") - 4  # a sample entry, behind the file's brands
    end = entry + struct.unpack_from(">I", new, entry)[0]
    for kind in (b"mp4v", b"stsd", b"stbl", b"minf", b"mdia", b"trak", b"moov"):
        at = new.rindex(kind) - 4
        struct.pack_into(">I", new, at, struct.unpack_from(">I", new, at)[0] + len(shape))
    new[end:end] = shape
    return bytes(new)


@pytest.mark.parametrize(
    ("across", "down", "size"),
    [(1, 1, (64, 48)), (2, 1, (128, 48)), (16, 15, (68, 48)), (1, 2, (64, 96)), (9000, 1, (64, 48))],
)
def test_a_camcorder_s_picture_is_as_wide_as_players_show_it(
    tmp_path: Path, across: int, down: int, size: tuple[int, int]
) -> None:
    data = film(tmp_path / "a.mp4").read_bytes()
    assert data.index(b"mdat") < data.rindex(b"moov")  # or places in it would move
    (tmp_path / "a.mp4").write_bytes(with_wide_pixels(data, across, down))
    frame = played(tmp_path / "a.mp4")[0]
    assert (frame.picture.width, frame.picture.height) == size


def test_a_video_whose_time_begins_later_is_whole(tmp_path: Path) -> None:
    """Matroska tells when its last frame ends, and not how long it is."""
    data = film(tmp_path / "a.mkv").read_bytes()
    cluster, length = data.index(b"\x1f\x43\xb6\x75"), data.index(b"\x44\x89") + 3
    time = data.index(b"\xe7\x81\x00", cluster)
    grown = int.from_bytes(data[cluster + 5 : cluster + 12], "big") + 2
    seconds = struct.unpack_from(">d", data, length)[0] + 100_000
    (tmp_path / "a.mkv").write_bytes(
        data[:length] + struct.pack(">d", seconds) + data[length + 8 : cluster + 5] + grown.to_bytes(7, "big")
        + data[cluster + 12 : time] + b"\xe7\x83\x01\x86\xa0" + data[time + 3 :]
    )  # fmt: skip
    assert len(played(tmp_path / "a.mkv")) >= COUNT - 1


def test_a_codec_that_is_not_there_is_named_with_the_way_out(tmp_path: Path) -> None:
    data = bytearray(film(tmp_path / "a.mp4").read_bytes().replace(b"mp4v", b"av01"))
    data[data.index(b"\x04\x80\x80\x80", data.index(b"esds")) + 5] = 0xFE  # the codec told a second time
    (tmp_path / "a.mp4").write_bytes(data)
    with pytest.raises(RecordingError, match=r"\(\w+\) of which not one frame can be decoded.*ffmpeg -i"):
        played(tmp_path / "a.mp4")


@pytest.mark.parametrize("data", [b"\0\0\0\1gB" + b"\xff" * 200, b"\0\0\0\1ftyp" + b"\xff" * 200])
def test_a_stream_of_a_pi_camera_that_is_no_mp4_is_not_read_as_one(tmp_path: Path, data: bytes) -> None:
    """``rpicam-vid -o video.h264`` writes no container."""
    (tmp_path / "a.h264").write_bytes(data)
    with pytest.raises(RecordingError, match=r"is not a readable video|not one frame"):
        played(tmp_path / "a.h264")


def test_only_our_own_words_are_printed_of_a_broken_video(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(film(tmp_path / "a.mp4").read_bytes()[:100])
    command = [sys.executable, "-m", "appliance", "replay", str(tmp_path / "a.mp4")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 1
    assert done.stderr.startswith(f"smart-selfie: {tmp_path}/a.mp4 is not a readable video")
