"""A recording played as a camera: every frame, at its own time, and never a silent end."""

import itertools
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from appliance.clock import MonotonicClock, VirtualClock
from appliance.config import schema
from appliance.errors import RecordingError
from appliance.hw.cameras import open_camera
from appliance.hw.cameras.recording import Recording
from tests.support.recordings import frames_of, play, shade, times, write_gif, write_video, write_webp


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
