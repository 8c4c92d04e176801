"""What the page shows, in a still or a recording: judge --save and replay --save."""

import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from appliance.cli import main
from appliance.draw.text import AMBER, GREEN
from appliance.hw.cameras import scene as bundled
from appliance.records.frame import Box, Colour
from appliance.storage.clip import Clip
from tests.support.drawn import count
from tests.support.scene_truth import face_boxes

PHOTO = 720
"""Pixels of height of the scene; the words stand below."""


def read(path: Path) -> Colour:
    picture = cv2.imread(str(path))
    assert picture is not None
    return np.asarray(picture, dtype=np.uint8)


def frames_of(path: Path) -> Iterator[tuple[float, Colour]]:
    """Seconds and picture of each frame."""
    video = cv2.VideoCapture(str(path))
    rate = video.get(cv2.CAP_PROP_FPS)
    for number in range(int(video.get(cv2.CAP_PROP_FRAME_COUNT))):
        ok, picture = video.read()
        assert ok, number
        yield number / rate, np.asarray(picture, dtype=np.uint8)
    video.release()


def near(picture: Colour, colour: tuple[int, int, int]) -> int:
    """Pixels of about this colour: a video's are not exact."""
    return int((np.abs(picture.astype(int) - colour).max(axis=2) < 28).sum())


def test_a_judged_still_has_a_box_for_everybody_and_the_verdict_below(
    mixed_picture: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.png"
    assert main(["judge", str(mixed_picture), "--save", str(out)]) == 0
    drawn = read(out)
    assert drawn.shape[1] == 1280
    assert drawn.shape[0] > PHOTO
    for name, box in face_boxes(4.9).items():
        smiles = bundled.smiles(4.9)[name] > 0.5
        around = part(drawn, Box(box.x - 40, box.y - 60, box.w + 80, box.h + 80))
        assert count(around, GREEN if smiles else AMBER) > 300, name
        assert count(around, AMBER if smiles else GREEN) == 0, name
    assert count(drawn[PHOTO:], AMBER) > 100, "not all of them: the verdict is amber"


def part(picture: Colour, box: Box) -> Colour:
    return picture[max(0, int(box.y)) : int(box.y + box.h), max(0, int(box.x)) : int(box.x + box.w)]


def test_everybody_smiling_is_green_and_the_light_is_left_out_of_a_still(
    smiling_picture: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.png"
    out.write_text("an older one")
    assert main(["judge", str(smiling_picture), "--save", str(out)]) == 0
    words = read(out)[PHOTO:]
    assert count(words, GREEN) > 100
    assert (words[:, 640:] == words[0, 0]).all(), "nothing on the right, where the light would be"


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["out.gif"], 2, "does not end in .png or .jpg"),
        (["absent/out.png"], 1, "mkdir -p"),
        (["folder.png"], 1, "is a folder"),
        (["/proc/out.png"], 1, "/proc"),
    ],
)
def test_where_no_picture_can_be_written_it_is_reported_before_the_work(
    smiling_picture: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.png").mkdir()
    assert main(["judge", str(smiling_picture), *arguments[1:], "--save", arguments[0]]) == status
    output = capsys.readouterr()
    assert told in output.err
    assert "Traceback" not in output.err
    assert output.out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


def test_a_replayed_recording_is_kept_with_boxes_verdict_and_light(
    smile_video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.mp4"
    assert main(["replay", str(smile_video), "--save", str(out)]) == 0
    widths, kept = [], {}
    for time, picture in frames_of(out):
        widths.append(picture.shape[1])
        if time in (10 / 30, 60 / 30):  # of all frames only two: each has 4 MB
            kept[time] = picture
    assert widths == [1280] * 75
    waiting, everybody = kept[10 / 30], kept[60 / 30]
    assert near(waiting[:PHOTO], AMBER) > 1000, "one does not smile"
    assert near(waiting[:PHOTO], GREEN) > 1000, "three do"
    assert near(everybody[:PHOTO], AMBER) < near(everybody[:PHOTO], GREEN) / 10, "all four do"
    assert near(waiting[PHOTO:, :100], AMBER) > 100, "the verdict: not yet"
    assert near(everybody[PHOTO:, :100], GREEN) > 100, "the verdict: all"
    assert near(everybody[PHOTO:, 1000:], (255, 255, 255)) > 200, "what the light says"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize(
    ("out", "status", "told"),
    [
        ("out.avi", 2, "does not end in .webm or .mp4"),
        ("out", 2, "does not end in .webm or .mp4"),
        ("absent/out.mp4", 1, "mkdir -p"),
        ("folder.mp4", 1, "is a folder"),
        ("/proc/out.mp4", 1, "/proc"),
    ],
)
def test_where_no_video_can_be_written_it_is_reported_before_the_work(
    smile_video: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    out: str,
    status: int,
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.mp4").mkdir()
    assert main(["replay", str(smile_video), "--save", out]) == status
    output = capsys.readouterr()
    assert told in output.err
    assert output.out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["folder.mp4"]


def test_a_recording_that_breaks_off_leaves_what_was_there(
    smile_video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, out = tmp_path / "broken.avi", tmp_path / "out.mp4"
    with Clip(broken, 30) as clip:
        for time, picture in frames_of(smile_video):
            clip.add(picture, time)
    data = broken.read_bytes()
    index = data.rindex(b"idx1")
    broken.write_bytes(data[: len(data) // 3] + bytes(index - len(data) // 3) + data[index:])
    out.write_text("an older one")
    assert main(["replay", str(broken), "--save", str(out)]) == 1
    assert "breaks off" in capsys.readouterr().err
    assert out.read_text() == "an older one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.avi", "out.mp4"]


@pytest.mark.parametrize("room", [2_000, 100_000])
def test_a_full_card_is_reported_and_leaves_no_half_video(
    smile_video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], room: int
) -> None:
    out = tmp_path / "out.mp4"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        status = main(["replay", str(smile_video), "--save", str(out)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert status == 1
    assert f"{out} could not be completed. Check the free space" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_pictures_shown_for_different_times_keep_them(tmp_path: Path) -> None:
    grey = [Image.new("L", (160, 120), value) for value in (30, 120, 220)]
    slow = tmp_path / "slow.gif"
    grey[0].save(slow, save_all=True, append_images=grey[1:], duration=[200, 400, 100])
    out = tmp_path / "out.mp4"
    assert main(["replay", str(slow), "--save", str(out)]) == 0
    middle = [picture[100, 240, 0] for _, picture in frames_of(out)]
    changes = [
        number for number in range(1, len(middle)) if abs(int(middle[number]) - middle[number - 1]) > 40
    ]
    assert changes == [6, 18]
    assert 19 <= len(middle) <= 22


def test_pictures_of_different_sizes_are_fitted_into_the_first_ones(tmp_path: Path) -> None:
    for number, size in enumerate([(640, 480), (200, 600), (1920, 1080)]):
        Image.new("L", size, 200).save(tmp_path / f"{number}.png")
    out = tmp_path / "out.mp4"
    assert main(["replay", str(tmp_path), "--save", str(out), "--seconds-per-picture", "0.1"]) == 0
    assert len({picture.shape for _, picture in frames_of(out)}) == 1
