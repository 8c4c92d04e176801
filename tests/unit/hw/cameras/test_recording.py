"""A recording played as a camera: every frame, at its own time, and never a silent end."""

import io
import itertools
import struct
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from appliance.clock import MonotonicClock, VirtualClock
from appliance.config import schema
from appliance.errors import PictureError, RecordingError
from appliance.hw.camera import EndOfRecording
from appliance.hw.cameras import limits, open_camera, pictures
from appliance.hw.cameras.recording import Recording
from appliance.records.frame import Colour, Frame


def shade(value: int, size: tuple[int, int] = (64, 48)) -> Colour:
    """A picture of one brightness, so that a frame tells which one it is."""
    return np.full((size[1], size[0], 3), value, np.uint8)


def write_video(path: Path, frames: int, rate: float = 10, codec: str = "mp4v") -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), rate, (64, 48))
    noise = np.random.default_rng(0)
    for i in range(frames):
        writer.write(cv2.add(shade(20 + i % 200), noise.integers(0, 8, (48, 64, 3), np.uint8)))
    writer.release()
    return path


def write_gif(path: Path, delays: list[int], size: tuple[int, int] = (64, 48)) -> Path:
    noise = np.random.default_rng(1)
    pages = [Image.fromarray(noise.integers(0, 255, (size[1], size[0], 3), np.uint8)) for _ in delays]
    pages[0].save(path, save_all=True, append_images=pages[1:], duration=delays, loop=0)
    return path


def animation(kind: str, size: tuple[int, int] = (32, 24)) -> bytes:
    """Four frames of noise, 40 ms each, where the kind of file can hold more than one."""
    noise = np.random.default_rng(3)
    pages = [Image.fromarray(noise.integers(0, 255, (size[1], size[0], 3), np.uint8)) for _ in range(4)]
    options = {} if kind == "JPEG" else {"save_all": True, "append_images": pages[1:], "duration": 40}
    buffer = io.BytesIO()
    pages[0].save(buffer, kind, **options)
    return buffer.getvalue()


def frame_headers(gif: bytes) -> list[int]:
    """Where in a GIF of Pillow's the frames begin: place and size follow, then the picture."""
    extension = b"!\xf9\x04"  # four bytes and a zero later comes the frame
    starts = [at + 8 for at in range(len(gif)) if gif.startswith(extension, at)]
    assert all(gif[start : start + 1] == b"," for start in starts)
    return starts


def frames_of(path: Path, **options: object) -> Iterator[Frame]:
    with closing(Recording(path, VirtualClock(), **options)) as camera:  # type: ignore[arg-type]
        while True:
            try:
                yield camera.read(timeout=1)
            except EndOfRecording:
                return


def play(path: Path, **options: object) -> list[Frame]:
    return list(frames_of(path, **options))


def times(frames: list[Frame]) -> list[float]:
    return [round(frame.captured_at, 3) for frame in frames]


def test_a_video_gives_every_frame_at_its_own_time(tmp_path: Path) -> None:
    frames = play(write_video(tmp_path / "clip.mp4", 25, rate=10))
    assert [frame.sequence for frame in frames] == list(range(25))
    assert times(frames) == [round(i / 10, 3) for i in range(25)]
    assert [int(frame.grey.mean()) for frame in frames] == pytest.approx(range(23, 48), abs=3)


def test_a_video_played_twice_is_the_same_twice(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.avi", 20, codec="MJPG")
    first, second = play(path), play(path)
    assert times(first) == times(second)
    assert all(np.array_equal(a.colour, b.colour) for a, b in zip(first, second, strict=True))


def test_a_recording_counts_its_frames_for_the_progress_bar(tmp_path: Path) -> None:
    assert Recording(write_video(tmp_path / "a.mp4", 25), VirtualClock()).frame_count == 25
    assert Recording(write_gif(tmp_path / "a.gif", [100] * 4), VirtualClock()).frame_count == 4


def test_a_gif_plays_with_its_own_delays_and_no_delay_is_what_browsers_make_of_it(tmp_path: Path) -> None:
    frames = play(write_gif(tmp_path / "clip.gif", [40, 200, 0, 70, 40]))
    assert times(frames) == [0, 0.04, 0.24, 0.34, 0.41]


def write_webp(path: Path, delays: list[int]) -> Path:
    pages = [Image.fromarray(shade(50 * i)) for i in range(len(delays))]
    pages[0].save(path, save_all=True, append_images=pages[1:], duration=delays)
    return path


def test_an_animated_webp_plays_with_its_own_delays_too(tmp_path: Path) -> None:
    assert times(play(write_webp(tmp_path / "a.webp", [40, 200, 70]))) == [0, 0.04, 0.24]


def test_a_picture_shown_for_long_is_seen_many_times(tmp_path: Path) -> None:
    frames = play(write_gif(tmp_path / "slow.gif", [1000, 100]), frame_rate=20)
    assert times(frames) == [round(i / 20, 3) for i in range(20)] + [1.0]


def test_a_still_picture_is_a_recording_too(tmp_path: Path) -> None:
    Image.fromarray(shade(99)).save(tmp_path / "one.png")
    assert len(play(tmp_path / "one.png")) == 1
    assert len(play(tmp_path / "one.png", seconds_per_picture=2, frame_rate=10)) == 20


def test_a_folder_plays_in_the_order_people_sort_and_each_picture_keeps_its_size(tmp_path: Path) -> None:
    for number, size in ((10, (80, 60)), (9, (64, 48)), (1, (800, 200))):
        Image.fromarray(shade(number * 10, size)).save(tmp_path / f"photo{number}.png")
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / ".hidden.png").write_bytes(b"nothing")
    frames = play(tmp_path, frame_rate=25)
    assert [int(frame.grey.mean()) for frame in frames] == [10, 90, 100]
    assert [(frame.picture.width, frame.picture.height) for frame in frames] == [
        (800, 200),
        (64, 48),
        (80, 60),
    ]
    assert frames[0].grey.shape == (160, 640)
    assert times(frames) == [0, 0.04, 0.08]


def test_pictures_of_a_folder_can_be_shown_for_some_seconds_each(tmp_path: Path) -> None:
    for number in range(3):
        Image.fromarray(shade(number * 50)).save(tmp_path / f"{number}.png")
    camera = Recording(tmp_path, VirtualClock(), frame_rate=10, seconds_per_picture=1.5)
    assert camera.frame_count == 45
    frames = play(tmp_path, frame_rate=10, seconds_per_picture=1.5)
    assert times(frames) == [round(i / 10, 3) for i in range(45)]
    assert [int(frame.grey.mean()) for frame in frames] == [0] * 15 + [50] * 15 + [100] * 15


def test_the_full_picture_of_a_frame_is_the_picture_that_was_analysed(tmp_path: Path) -> None:
    Image.fromarray(np.random.default_rng(2).integers(0, 255, (960, 1280, 3), np.uint8)).save(
        tmp_path / "a.png"
    )
    (frame,) = play(tmp_path)
    small = cv2.resize(frame.picture.bgr(), (640, 480), interpolation=cv2.INTER_AREA)
    assert np.array_equal(small, frame.colour)
    assert np.array_equal(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), frame.grey)


def test_on_the_real_clock_frames_carry_its_time(tmp_path: Path) -> None:
    clock = MonotonicClock()
    opened_at = clock.now()
    camera = Recording(write_gif(tmp_path / "a.gif", [30, 30]), clock)
    first, second = camera.read(1), camera.read(1)
    assert opened_at <= first.captured_at <= second.captured_at <= clock.now()
    assert second.captured_at - first.captured_at == pytest.approx(0.03)


def test_the_recording_of_the_configuration_is_opened(tmp_path: Path) -> None:
    said: list[str] = []
    path = write_video(tmp_path / "clip.mp4", 3)
    settings = schema.CameraSettings(source="replay", recording=str(path))
    assert open_camera(settings, VirtualClock(), said.append).read(1).sequence == 0
    assert said == [f"camera: recording {path}: video, 64x48"]
    with pytest.raises(RecordingError, match=r"camera\.recording"):
        open_camera(schema.CameraSettings(source="replay"), VirtualClock(), said.append)


@pytest.mark.parametrize("name", ["a.mp4", "a.avi", "a.gif", "a.jpg", "a.txt", "none"])
@pytest.mark.parametrize("content", [b"", b"no pictures here\n" * 300, bytes(range(256)) * 40])
def test_what_is_not_a_recording_is_refused_by_name(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=name):
        Recording(path, VirtualClock())


def test_a_missing_recording_and_an_empty_folder_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"recording .*gone\.mp4 is missing"):
        Recording(tmp_path / "gone.mp4", VirtualClock())
    with pytest.raises(RecordingError, match=str(tmp_path)):
        Recording(tmp_path, VirtualClock())


def until_it_breaks(path: Path) -> tuple[int, str]:
    """Frames delivered, and what was said then."""
    camera = Recording(path, VirtualClock())
    for count in itertools.count():
        try:
            camera.read(1)
        except RecordingError as error:
            return count, str(error)
    raise AssertionError


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


def told(path: Path, attempt: Callable[[Path], object]) -> str:
    """What is said when it cannot be done; the path if it can."""
    try:
        attempt(path)
    except (RecordingError, PictureError) as error:
        return str(error)
    return str(path)


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
        assert path.name in told(path, partial(play, frame_rate=0.01))
        assert path.name in told(path, judged)


def ticks_per_frame(avi: Path, ticks: int) -> None:
    """Have the header say that a frame stands for so many of the units that make a second."""
    data = bytearray(avi.read_bytes())
    header = data.index(b"strh") + 8
    data[header + 20 : header + 24] = struct.pack("<I", ticks)
    avi.write_bytes(data)


def test_a_video_whose_frames_stand_for_days_has_a_broken_header_and_ends(tmp_path: Path) -> None:
    path = write_video(tmp_path / "days.avi", 6, codec="MJPG")
    ticks_per_frame(path, 416153 * 10)
    frames = list(itertools.islice(frames_of(path), 100))
    assert times(frames) == [round(i / 30, 3) for i in range(6)]
    ticks_per_frame(path, 60 * 10)  # a minute is believed
    assert times(play(path, frame_rate=0.1))[:13] == [10 * i for i in range(13)]


def test_a_video_that_paused_for_long_goes_on_at_once_and_is_whole(tmp_path: Path) -> None:
    path = write_video(tmp_path / "paused.mkv", 80)
    data = bytearray(path.read_bytes())
    second = data.index(b"\x1fC\xb6u", data.index(b"\x1fC\xb6u") + 4)  # a cluster of frames
    stamp = data.index(b"\xe7\x82", second) + 2
    started = struct.unpack_from(">H", data, stamp)[0]
    struct.pack_into(">H", data, stamp, 65535)
    length = data.index(b"D\x89\x88") + 3
    struct.pack_into(">d", data, length, 8000 + 65535 - started)
    path.write_bytes(data)
    assert times(play(path)) == pytest.approx([i / 10 for i in range(80)], abs=0.002)


def test_an_animation_whose_pictures_stand_for_hours_ends(tmp_path: Path) -> None:
    path = write_webp(tmp_path / "hours.webp", [40, 16_000_000, 40])
    frames = list(itertools.islice(frames_of(path), 100))
    assert times(frames) == [0, 0.04, 0.14]


def test_a_broken_picture_in_a_folder_is_named_after_the_ones_before_it(tmp_path: Path) -> None:
    for number in range(3):
        Image.fromarray(shade(number)).save(tmp_path / f"{number}.jpg")
    whole = (tmp_path / "1.jpg").read_bytes()
    (tmp_path / "1.jpg").write_bytes(whole[: len(whole) // 2])
    delivered, message = until_it_breaks(tmp_path)
    assert delivered == 1
    assert "1.jpg" in message
