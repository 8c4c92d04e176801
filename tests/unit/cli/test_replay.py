"""smart-selfie replay: the appliance on a recording, the same every time."""

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PIL import ExifTags, Image

from appliance.cli import main
from appliance.hw.cameras import scene as bundled

Lines = list[dict[str, Any]]


def replay(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Lines]:
    status = main(["replay", "--json", *map(str, arguments)])
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def photos(lines: Lines) -> Lines:
    return [line for line in lines if line["event"] == "photo"]


class Run(NamedTuple):
    """A replay that has ended: its exit status, its lines, and where the photos are."""

    status: int
    lines: Lines
    out: Path


@pytest.fixture(scope="module")
def replayed(scene_video: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The whole scene, replayed once with its photos kept."""
    out = tmp_path_factory.mktemp("replayed")
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        status = main(["replay", "--json", str(scene_video), "--out", str(out)])
    return Run(status, [json.loads(line) for line in output.getvalue().splitlines()], out)


def test_photos_are_taken_while_everybody_smiles_and_never_else(replayed: Run) -> None:
    status, lines, out = replayed
    assert status == 0
    taken = photos(lines)
    assert len(taken) >= 2
    for photo in taken:
        assert photo["decided"] - 0.5 <= photo["time"] <= photo["decided"] + 0.25
        assert min(bundled.smiles(photo["time"]).values()) >= 0.5, photo["time"]
        assert all(face["shows"] for face in photo["faces"])
        with Image.open(photo["file"]) as picture:
            assert picture.size == (1280, 720)
    assert {len(photo["faces"]) for photo in taken} == {3, 4}
    assert lines[-1] == {
        "event": "summary",
        "frames": 225,
        "photos": len(taken),
        "dropped": 0,
        "seconds": pytest.approx(224 / 15, abs=0.01),
    }
    assert all({"event", "time", "frame"} <= set(line) for line in lines[:-1])
    assert (out / "contact-sheet.png").stat().st_size > 10_000


def test_twice_the_same_recording_gives_twice_the_same(
    replayed: Run, scene_video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, lines = replay(capsys, scene_video, "--out", tmp_path)
    assert status == replayed.status
    for line in lines:
        if "file" in line:
            line["file"] = str(replayed.out / Path(line["file"]).name)
    assert lines == replayed.lines
    first, second = (
        {path.name: path.read_bytes() for path in folder.iterdir()} for folder in (replayed.out, tmp_path)
    )
    assert first == second


def test_a_slow_board_is_replayed_the_same_every_time_and_takes_its_photos_a_little_later(
    smile_video: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, fast = replay(capsys, smile_video)
    slow, again = (replay(capsys, smile_video, "--cost-ms", 130, 60)[1] for _ in range(2))
    assert slow == again
    assert len(photos(slow)) == len(photos(fast))
    delays = [a["decided"] - b["decided"] for a, b in zip(photos(slow), photos(fast), strict=True)]
    assert 0 <= min(delays) <= max(delays) <= 0.5


@pytest.mark.parametrize("costs", [("-1", "0"), ("0", "nan"), ("0", "60001")])
def test_a_cost_that_no_board_has_is_refused(
    smile_video: Path, costs: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(smile_video), "--cost-ms", *costs]) == 2
    assert "--cost-ms takes two numbers from 0 to 60000" in capsys.readouterr().err


def test_another_expression_can_be_asked_for(smile_video: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, lines = replay(capsys, smile_video)
    assert photos(lines)
    _, lines = replay(capsys, smile_video, "--set", "rule.expression=surprise")
    assert not photos(lines)


def test_in_button_mode_a_recording_is_not_photographed(
    smile_video: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, lines = replay(capsys, smile_video, "--set", "rule.mode=button")
    assert not photos(lines)


def test_the_photo_says_when_and_by_what_it_was_taken(
    replayed: Run,
) -> None:
    with Image.open(photos(replayed.lines)[0]["file"]) as picture:
        exif = picture.getexif()
        details = exif.get_ifd(ExifTags.IFD.Exif)
    assert exif[ExifTags.Base.Software].startswith("smart-selfie")
    assert details[ExifTags.Base.DateTimeOriginal]
    assert details[ExifTags.Base.SubsecTimeOriginal]


@pytest.mark.parametrize("content", [b"", b"not a video", b"\x00" * 5000])
def test_a_file_that_is_not_a_recording_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "broken.mp4"
    path.write_bytes(content)
    assert main(["replay", str(path), "--json"]) == 1
    error = capsys.readouterr().err
    assert str(path) in error
    assert "Traceback" not in error


def test_a_recording_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["replay", str(tmp_path / "absent.mp4")]) == 1
    assert "absent.mp4" in capsys.readouterr().err


def test_an_out_folder_that_cannot_be_made_is_named(
    smile_video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["replay", str(smile_video), "--out", str(tmp_path / "file")]) == 1
    assert str(tmp_path / "file") in capsys.readouterr().err


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("clip", "smiles"),
    [
        ("intel_head-pose-face-detection-male.gif", True),
        ("intel_head-pose-face-detection-female.gif", False),
        ("intel_head-pose-face-detection-female-and-male.gif", False),
        ("intel_classroom.gif", False),
        ("intel_face-demographics-walking.gif", False),
        ("intel_face-demographics-walking-and-pause.gif", False),
    ],
)
def test_real_clips_trigger_only_where_somebody_smiles(
    shared_data: Path, capsys: pytest.CaptureFixture[str], clip: str, smiles: bool
) -> None:
    status, lines = replay(capsys, shared_data / "clips" / clip)
    assert status == 0
    assert bool(photos(lines)) is smiles


@pytest.mark.slow
def test_a_folder_is_played_slowly_enough_and_explained_with_a_summary_first(
    tmp_path: Path, mixed_picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "1.png").symlink_to(mixed_picture)
    assert main(["replay", str(tmp_path), "--explain"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "0 photos in 1.5 s (45 frames)"
    summary = next(number for number, line in enumerate(lines) if line.startswith("Held up"))
    first_frame = next(number for number, line in enumerate(lines) if " s no " in line)
    assert summary < first_frame
    assert re.fullmatch(r"Held up 1\.\d s by person \d \(best 0\.\d\d of 0\.\d\d\)", lines[summary])


def test_a_video_for_browsers_is_vp8(tmp_path: Path) -> None:
    out = tmp_path / "out.webm"
    Image.new("L", (160, 120)).save(tmp_path / "still.png")
    assert main(["replay", str(tmp_path / "still.png"), "--save", str(out)]) == 0
    assert b"V_VP8" in out.read_bytes()[:1000]
