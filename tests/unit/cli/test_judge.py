"""smart-selfie judge: one JSON object a picture, in order, whatever the pictures are."""

import csv
import json
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from appliance.cli import main
from appliance.records.labels import LABELS

Lines = list[dict[str, Any]]


def judge(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Lines, str]:
    status = main(["judge", "--json", *map(str, arguments)])
    output = capsys.readouterr()
    return status, [json.loads(line) for line in output.out.splitlines()], output.err


@pytest.mark.parametrize("detector", ["cascade", "cnn", "auto"])
def test_four_smiling_people_are_found_and_everybody_shows_it(
    smiling_picture: Path, capsys: pytest.CaptureFixture[str], detector: str
) -> None:
    status, (verdict,), _ = judge(capsys, smiling_picture, "--set", f"faces.detector={detector}")
    assert status == 0
    assert (verdict["file"], verdict["width"], verdict["height"]) == (str(smiling_picture), 1280, 720)
    assert verdict["verdict"] is True
    assert len(verdict["faces"]) == 4
    for face in verdict["faces"]:
        assert set(face) == {"box", "expression", "scores", "eyes", "shows", "too_far"}
        assert tuple(face["scores"]) == LABELS
        assert face["expression"] == "happy"
        assert face["shows"] is True
        x, y, w, h = face["box"]
        assert 0 < x < x + w < 1280
        assert 0 < y < y + h < 720


def test_one_who_does_not_smile_makes_it_no(mixed_picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, (verdict,), _ = judge(capsys, mixed_picture)
    assert verdict["verdict"] is False
    assert sorted(face["shows"] for face in verdict["faces"]) == [False, True, True, True]


@pytest.mark.slow
def test_the_same_picture_is_judged_alike_in_any_order(
    smiling_picture: Path, mixed_picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, forth, _ = judge(capsys, smiling_picture, mixed_picture, smiling_picture)
    assert [line["file"] for line in forth] == [
        str(smiling_picture),
        str(mixed_picture),
        str(smiling_picture),
    ]
    assert forth[0] == forth[2]
    _, back, _ = judge(capsys, mixed_picture, smiling_picture)
    assert back == [forth[1], forth[0]]


@pytest.mark.slow
def test_boxes_are_in_pixels_of_a_large_picture(
    smiling_picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    large = tmp_path / "large.jpg"
    with Image.open(smiling_picture) as picture:
        picture.resize((5120, 2880)).save(large)
    _, (small, big), _ = judge(capsys, smiling_picture, large)
    assert len(small["faces"]) == len(big["faces"]) == 4
    by_place = (sorted(of["faces"], key=lambda face: face["box"]) for of in (small, big))
    for a, b in zip(*by_place, strict=True):
        assert [4 * value for value in a["box"]] == pytest.approx(b["box"], abs=40)


def test_a_file_that_is_not_a_picture_is_named_and_the_others_are_judged(
    smiling_picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("hello")
    (tmp_path / "half.png").write_bytes(smiling_picture.read_bytes()[:5000])
    bad = [tmp_path / name for name in ("empty.jpg", "text.jpg", "half.png", "absent.jpg")]
    status, lines, errors = judge(capsys, *bad, smiling_picture)
    assert status == 1
    assert [line["file"] for line in lines] == [*map(str, bad), str(smiling_picture)]
    assert all("error" in line for line in lines[:4])
    assert lines[4]["verdict"] is True
    assert all(str(path) in errors for path in bad)
    assert "Traceback" not in errors


def test_a_folder_is_judged_picture_by_picture_in_the_order_people_sort(
    smiling_picture: Path, mixed_picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "party"
    folder.mkdir()
    for name, picture in (("10.png", smiling_picture), ("9.png", mixed_picture)):
        (folder / name).write_bytes(picture.read_bytes())
    (folder / "labels.csv").write_text("file,smile\n")
    (folder / "12.png").touch()
    status, lines, errors = judge(capsys, folder, smiling_picture)
    assert [line["file"] for line in lines] == [
        *(str(folder / name) for name in ("9.png", "10.png", "12.png")),
        str(smiling_picture),
    ]
    assert [line.get("verdict") for line in lines] == [False, True, None, True]
    assert status == 1
    assert "12.png is empty" in errors


def test_a_folder_without_a_picture_is_reported(
    smiling_picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, lines, errors = judge(capsys, tmp_path, smiling_picture)
    assert status == 1
    assert [("error" in line, line.get("verdict")) for line in lines] == [(True, None), (False, True)]
    assert f"The folder {tmp_path} holds no pictures" in errors


def test_a_folder_is_drawn_on_one_sheet_and_a_picture_alone_also_as_jpeg(
    smiling_picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("1.png", "2.png"):
        (folder / name).write_bytes(smiling_picture.read_bytes())
    sheet, alone = tmp_path / "sheet.png", tmp_path / "alone.jpg"
    assert main(["judge", str(folder), "--save", str(sheet)]) == 0
    assert f"Drawn: {sheet}\n2 of 2 would be taken" in capsys.readouterr().out
    with Image.open(sheet) as drawn:
        assert drawn.size == (1680, 368)
    assert main(["judge", str(smiling_picture), "--save", str(alone)]) == 0
    with Image.open(alone) as drawn:
        assert drawn.format == "JPEG"


def test_nothing_is_drawn_of_an_empty_folder_or_over_its_own_picture(
    smiling_picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = tmp_path / "drawn.png"
    assert judge(capsys, tmp_path, "--save", drawn)[0] == 1
    assert not drawn.exists()
    before = smiling_picture.read_bytes()
    assert main(["judge", str(smiling_picture), "--save", str(smiling_picture)]) == 2
    assert smiling_picture.read_bytes() == before


def test_a_picture_of_one_pixel_holds_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
    status, (verdict,), _ = judge(capsys, tmp_path / "dot.png")
    assert status == 0
    assert (verdict["width"], verdict["faces"], verdict["verdict"]) == (1, [], False)


HUGE = """
import sys
from PIL import Image
from appliance.cli import main
Image.new("RGB", (11_600, 8_700), (200, 30, 30)).save(sys.argv[1])
sys.exit(main(["judge", "--json", sys.argv[1]]))
"""


@pytest.mark.slow
def test_a_hundred_megapixels_are_judged(tmp_path: Path) -> None:
    """In a process of its own, which gives back the gigabyte that it takes."""
    command = [sys.executable, "-c", HUGE, str(tmp_path / "huge.jpg")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    verdict = json.loads(done.stdout)
    assert (verdict["width"], verdict["height"], verdict["faces"]) == (11_600, 8_700, [])
    assert "Warning" not in done.stderr


def test_a_kind_of_picture_that_is_not_read_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    size, pixel_format = (124, 0x1007, 24, 32, 0, 0, 0), (32, 0x4, 0x44434241, 0, 0, 0, 0, 0)
    header = struct.pack("<4s7I44x8I20x", b"DDS ", *size, *pixel_format)
    (tmp_path / "strange.dds").write_bytes(header + bytes(24 * 32 * 3))
    status, (line,), errors = judge(capsys, tmp_path / "strange.dds")
    assert (status, "error" in line) == (1, True)
    assert "strange.dds is a DDS picture. JPEG, PNG, WebP, GIF, BMP and TIFF can be judged" in errors


def test_a_setting_that_does_not_exist_is_bad_usage(
    smiling_picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judge(capsys, smiling_picture, "--set", "faces.detectr=cnn")[0] == 2


@pytest.mark.shared_data
def test_labelled_people_in_group_photos_are_found(
    shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos: dict[str, list[list[float]]] = {}
    with (shared_data / "faces" / "faces.csv").open() as file:
        for row in csv.DictReader(file):
            if row["file"].startswith("wider_train/20_Family") and row["ignore"] == "0":
                photos.setdefault(row["file"], []).append([float(row[k]) for k in "xywh"])
    chosen = sorted(photos)[:60]
    status, lines, errors = judge(capsys, *(shared_data / "faces" / name for name in chosen))
    assert status == 0, errors
    large = found = 0
    for name, line in zip(chosen, lines, strict=True):
        for x, y, w, h in photos[name]:
            if min(w, h) >= 50:
                large += 1
                centres = [(b[0] + b[2] / 2, b[1] + b[3] / 2) for b in (f["box"] for f in line["faces"])]
                found += any(x < cx < x + w and y < cy < y + h for cx, cy in centres)
    assert large >= 50
    assert found / large >= 0.7


def test_a_file_that_is_not_there_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["judge", str(tmp_path / "nofile.jpg")]) == 1
    assert f"The file {tmp_path / 'nofile.jpg'} does not exist" in capsys.readouterr().err


@pytest.mark.slow
def test_several_pictures_end_with_a_total_and_a_drawn_one_with_its_place(
    tmp_path: Path, mixed_picture: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["judge", str(mixed_picture), str(mixed_picture)]) == 0
    shown = capfd.readouterr()
    assert shown.out.splitlines()[-1] == "0 of 2 would be taken"
    assert "INFO" not in shown.err, "the runtime is silent"
    assert main(["judge", str(mixed_picture), "--save", str(tmp_path / "a.png")]) == 0
    assert capfd.readouterr().out.splitlines()[-1] == f"Drawn: {tmp_path / 'a.png'}"
