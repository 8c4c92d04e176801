"""The face finder's training, small: drawn faces, a few steps, an int8 file that the appliance loads."""

import csv
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from appliance.pipeline.find.face_search import FaceSearch
from models.training.__main__ import main
from models.training.errors import BadDataError

torch = pytest.importorskip("torch", reason="training needs torch, which the appliance does not")
from models.training.faces.export import SCORE_GAIN, arrange, paired  # noqa: E402  (need torch)
from models.training.faces.network import STRIDES, FaceFinder  # noqa: E402
from models.training.faces.published import load_yunet  # noqa: E402
from models.training.faces.rounding import rounded_weight  # noqa: E402

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


def train(data: Path, out: Path, *more: str) -> dict[str, Any]:
    options = ["--steps", "4", "--batch", "2", "--keep-every", "2", *more]
    command = ["train-faces", "--boxes", str(data / "faces.csv"), "--images", str(data), "--out", str(out)]
    assert main([*command, *options]) == 0
    trained: dict[str, Any] = torch.load(out / "checkpoint.pt", weights_only=True)
    return trained


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
    for name in ("stem.weight", "head8.spread.bias", "merge8.point.weight"):
        torch.testing.assert_close(started["network"][name], before[f"module.{name}"], msg=name)


def test_a_run_cannot_start_from_what_is_not_a_checkpoint(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = ["--boxes", str(data / "faces.csv"), "--images", str(data), "--out", str(tmp_path / "out")]
    for wrong in (tmp_path / "missing.pt", data / "faces.csv"):
        assert main(["train-faces", *places, "--start-from", str(wrong)]) == 2
        assert f"--start-from {wrong}" in capsys.readouterr().err


def test_a_run_may_round_like_int8_from_some_step_on(data: Path, tmp_path: Path) -> None:
    rounded = train(data, tmp_path, "--rounds-from", "0.5")
    assert rounded["network"]["stage2.point.high"] > 0
    assert torch.isfinite(rounded["network"]["stem.weight"]).all()


def test_weights_rounded_like_int8_take_255_values_a_channel() -> None:
    weight = torch.randn(4, 8, 3, 3)
    rounded = rounded_weight(weight)
    steps = rounded / (weight.abs().amax((1, 2, 3), keepdim=True) / 127)
    torch.testing.assert_close(steps, steps.round(), atol=1e-3, rtol=0)
    assert steps.abs().max() <= 127.001


def test_the_arrangement_for_the_appliance_computes_what_was_trained() -> None:
    torch.manual_seed(3)
    image = np.random.default_rng(3).random((64, 96, 3), np.float32)
    network = FaceFinder().eval()
    with torch.no_grad():
        before = network(torch.from_numpy(image).permute(2, 0, 1)[None])
        arranged = arrange(network, [image])
        after = arranged(torch.from_numpy(paired(image)).permute(2, 0, 1)[None])
    for wanted, got in zip(before, after, strict=True):
        values = got.permute(0, 3, 1, 2) * torch.tensor([SCORE_GAIN, 1, 1, 1, 1])[:, None, None]
        torch.testing.assert_close(values, wanted, atol=1e-4, rtol=1e-4)


def test_yunets_weights_give_yunets_boxes() -> None:
    file = Path(__file__).parents[3] / "shared" / "peers" / "yunet_s.onnx"
    if not file.exists():
        pytest.skip("needs ../shared/peers, which is not part of the project")
    picture = cv2.GaussianBlur(np.random.default_rng(1).integers(0, 255, (192, 320, 3), np.uint8), (0, 0), 4)
    yunet = cv2.dnn.readNetFromONNX(str(file))
    yunet.setInput(cv2.dnn.blobFromImage(picture))
    names = [f"{kind}_{stride}" for kind in ("bbox", "cls", "obj") for stride in STRIDES]
    wanted = dict(zip(names, yunet.forward(names), strict=True))
    image = torch.from_numpy(picture[..., ::-1].copy()).permute(2, 0, 1)[None] / 255
    with torch.no_grad():
        outputs = load_yunet(file)(image)
    for stride, output in zip(STRIDES, outputs, strict=True):
        ours = output[0].flatten(1).T.numpy()
        # YuNet measures from the corner of a cell, we from its middle.
        boxes = wanted[f"bbox_{stride}"].reshape(-1, 4) - [0.5, 0.5, 0, 0]
        np.testing.assert_allclose(ours[:, 1:], boxes, atol=2e-3)
        scores = np.stack([wanted[f"{kind}_{stride}"].ravel() for kind in ("cls", "obj")])
        logits = np.log(scores.clip(1e-7) / (1 - scores).clip(1e-7))
        known = (scores > 1e-5).all(0) & (scores < 1 - 1e-5).all(0)
        np.testing.assert_allclose(ours[known, 0], logits.mean(0)[known], atol=0.05)


def test_what_is_no_yunet_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadDataError, match=r"absent\.onnx"):
        load_yunet(tmp_path / "absent.onnx")


@pytest.mark.slow
def test_a_checkpoint_becomes_a_small_int8_file_that_the_appliance_loads(
    data: Path, trained: Path, tmp_path: Path
) -> None:
    pytest.importorskip("litert_torch", reason="conversion needs litert-torch")
    pytest.importorskip("ai_edge_quantizer", reason="conversion needs ai-edge-quantizer")
    places = ["--boxes", str(data / "faces.csv"), "--images", str(data), "--cache", str(trained)]
    options = ["--pictures", "4", "--target", str(tmp_path)]
    assert main(["convert-faces", "--checkpoint", str(trained / "checkpoint.pt"), *places, *options]) == 0
    for name in ("near", "far"):
        assert (tmp_path / f"faces_{name}_int8.tflite").stat().st_size <= 150_000
    search = FaceSearch(tmp_path / "faces.json", near=0.001, far=0.001)
    picture = np.asarray(cv2.imread(str(data / "drawn" / "0.png")), np.uint8)
    for x, y, w, h, confidence in search.everything(picture):
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
