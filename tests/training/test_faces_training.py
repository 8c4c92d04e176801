"""The face finder's training, small: drawn faces, a few steps, an int8 file that the appliance loads."""

import csv
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.pipeline.find.face_network import FaceNetwork
from models.training.__main__ import main

torch = pytest.importorskip("torch", reason="training needs torch, which the appliance does not")
pytestmark = pytest.mark.filterwarnings("default")  # torch and the converter warn about themselves


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six photos with one drawn face each and two without, listed in faces.csv."""
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(5)
    rows = []
    for number in range(8):
        picture = rng.integers(60, 120, (240, 320, 3), np.uint8)
        if number < 6:
            x, y = int(rng.integers(20, 200)), int(rng.integers(20, 120))
            cv2.ellipse(picture, (x + 30, y + 40), (30, 40), 0, 0, 360, (170, 190, 230), -1)
            for eye in (18, 42):
                cv2.circle(picture, (x + eye, y + 30), 5, (30, 30, 30), -1)
            rows.append([f"drawn/{number}.png", x, y, 60, 80, "gt", 0, 0, 0, 0])
        else:
            rows.append([f"drawn/{number}.png", "", "", "", "", "negative", 0, 0, 0, 0])
        (folder / "drawn").mkdir(exist_ok=True)
        assert cv2.imwrite(str(folder / "drawn" / f"{number}.png"), picture)
    with (folder / "faces.csv").open("w", newline="") as stream:
        names = ["file", "x", "y", "w", "h", "by", "ignore", "blur", "occlusion", "pose"]
        csv.writer(stream).writerows([names, *rows])
    return folder


def train(data: Path, out: Path, *more: str) -> dict:
    options = ["--steps", "4", "--batch", "2", "--keep-every", "2", *more]
    command = ["train-faces", "--boxes", str(data / "faces.csv"), "--images", str(data), "--out", str(out)]
    assert main([*command, *options]) == 0
    return torch.load(out / "checkpoint.pt", weights_only=True)


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    train(data, out)
    return out


def test_a_run_that_was_cut_off_goes_on_as_if_it_had_not_been(
    data: Path, trained: Path, tmp_path: Path
) -> None:
    shutil.copy(trained / "checkpoint-2.pt", tmp_path / "checkpoint.pt")
    resumed = train(data, tmp_path, "--resume")
    whole = torch.load(trained / "checkpoint.pt", weights_only=True)
    assert resumed["step"] == whole["step"] == 4
    for name, tensor in whole["network"].items():
        torch.testing.assert_close(resumed["network"][name], tensor, msg=name)


def test_a_new_run_may_start_where_another_has_ended(data: Path, trained: Path, tmp_path: Path) -> None:
    started = train(data, tmp_path, "--start-from", str(trained / "checkpoint.pt"), "--rate", "0")
    before = torch.load(trained / "checkpoint.pt", weights_only=True)["average"]
    assert started["step"] == 4
    for name in ("stem.0.weight", "head8.score.bias", "merge8.0.weight"):
        torch.testing.assert_close(started["network"][name], before[f"module.{name}"], msg=name)


def test_a_run_cannot_start_from_what_is_not_a_checkpoint(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = ["--boxes", str(data / "faces.csv"), "--images", str(data), "--out", str(tmp_path / "out")]
    for wrong in (tmp_path / "missing.pt", data / "faces.csv"):
        assert main(["train-faces", *places, "--start-from", str(wrong)]) == 2
        assert f"--start-from {wrong}" in capsys.readouterr().err


@pytest.mark.slow
def test_a_checkpoint_becomes_a_small_int8_file_that_the_appliance_loads(
    data: Path, trained: Path, tmp_path: Path
) -> None:
    pytest.importorskip("litert_torch", reason="conversion needs litert-torch")
    pytest.importorskip("ai_edge_quantizer", reason="conversion needs ai-edge-quantizer")
    places = ["--boxes", str(data / "faces.csv"), "--images", str(data), "--cache", str(trained)]
    size = ["--width", "128", "--height", "96", "--pictures", "4", "--target", str(tmp_path)]
    assert main(["convert-faces", "--checkpoint", str(trained / "checkpoint.pt"), *places, *size]) == 0
    assert (tmp_path / "faces_int8.tflite").stat().st_size <= 500_000
    network = FaceNetwork(tmp_path / "faces.json", threshold=0.001)
    picture = cv2.imread(str(data / "drawn" / "0.png"))
    for x, y, w, h, confidence in network.find(picture):
        assert w > 0
        assert h > 0
        assert -w < x < 320
        assert -h < y < 240
        assert 0 < confidence < 1


def test_a_list_of_another_kind_is_refused_with_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "faces.csv").write_text("name,left,top\n")
    places = ["--boxes", str(tmp_path / "faces.csv"), "--images", str(tmp_path), "--out", str(tmp_path)]
    assert main(["train-faces", *places]) == 2
    assert "faces.csv: no column" in capsys.readouterr().err


def test_a_photo_that_is_listed_and_absent_is_named(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = ["--boxes", str(data / "faces.csv"), "--images", str(tmp_path)]
    assert main(["evaluate-faces", *places, "--detector", "cascade"]) == 2
    assert "0.png: not a readable picture" in capsys.readouterr().err
