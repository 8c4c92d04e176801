"""A narrow network: cut out of a large one, taught by it, and a file with outputs for eyes in the end."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: models/training/requirements.txt")

from models.training.__main__ import main  # noqa: E402
from models.training.expression import (  # noqa: E402
    checkpoint,
    inference,
    narrow,
    networks,
    people,
    prune,
    runtime,
    views,
)
from models.training.expression.labels import HAPPY, LABELS, NOT_A_FACE  # noqa: E402

FACE = np.array([0.1, 0.0, 0.0, 0.4, 0.1, 0.1, 0.2, 0.1], np.float32)
"""What a teacher thinks of a face."""


def test_a_fit_finds_the_convolution_that_made_the_numbers() -> None:
    torch.manual_seed(1)
    convolution = torch.nn.Conv2d(4, 3, 3, padding=1)
    maps = torch.rand(40, 4, 8, 8)
    patches = prune.unfolded(maps, 1).permute(0, 2, 3, 1).reshape(-1, 36)
    wanted = convolution(maps).detach().permute(0, 2, 3, 1).reshape(-1, 3)
    weight, bias = prune.fitted(patches, wanted)
    assert torch.allclose(weight, convolution.weight, atol=0.02)
    assert torch.allclose(bias, convolution.bias, atol=0.05)


def test_the_channels_that_matter_are_kept() -> None:
    torch.manual_seed(1)
    maps = torch.rand(40, 6, 8, 8)
    convolution = torch.nn.Conv2d(6, 3, 3, padding=1)
    with torch.no_grad():
        convolution.weight[:, [0, 2, 3, 5]] *= 0.01
    patches = prune.unfolded(maps, 1).permute(0, 2, 3, 1).reshape(-1, 54)
    wanted = convolution(maps).detach().permute(0, 2, 3, 1).reshape(-1, 3)
    assert prune.chosen(patches, wanted, 2).tolist() == [1, 4]


def test_readers_decide_how_much_of_a_face_is_happy_and_the_teacher_about_the_rest() -> None:
    smile, none, torn, untold = np.eye(6, dtype=np.float32)[[0, 2, 0, 5]]
    torn = torn / 2 + np.eye(6, dtype=np.float32)[1] / 2
    for known, happy in ((smile, 0.97), (none, 0.02), (torn, 0.735)):
        target = views.target_of("read", known, FACE)
        assert target[HAPPY] == pytest.approx(happy)
        assert target[NOT_A_FACE] == 0, "a person looked at it"
        assert target.sum() == pytest.approx(1)
        assert target[6] / target[0] == pytest.approx(2), "neutral to angry, as the teacher has it"
    assert views.target_of("read", untold, FACE)[HAPPY] == pytest.approx(0.4 / 0.9)
    nothing = np.eye(8, dtype=np.float32)[NOT_A_FACE]
    assert views.target_of("no face", nothing, FACE)[NOT_A_FACE] == 1


def pool_in(folder: Path, count: int = 64) -> Path:
    """Pools of made-up faces: bright above (neutral, eyes open) or below (happy, closed)."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(2):
        happy = rng.random(count) < 0.5
        images = rng.integers(0, 80, (count, 48, 48))
        images[happy, 24:] += 120
        images[~happy, :24] += 120
        targets = np.zeros((count, len(LABELS)), np.float32)
        targets[happy, HAPPY], targets[~happy, LABELS.index("neutral")] = 1, 1
        eyes = np.stack([~happy, happy, np.zeros(count)], 1).astype(np.float32)
        features = rng.random((count, 144)).astype(np.float16)
        pool = views.Pool(images.astype(np.uint8), targets, eyes, np.ones(count, np.float32), features)
        np.savez(views.pool_path(folder, number), **vars(pool))
    return folder


@pytest.mark.slow
def test_a_stopped_run_goes_on_from_its_last_pool(
    fer2013: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["train-pupil", "--data", str(fer2013), "--views", str(pool_in(tmp_path / "views"))]
    command += ["--architecture", "narrow_9", "--batch", "16", "--rate", "0.02"]
    whole, halves = tmp_path / "whole.pt", tmp_path / "halves.pt"
    assert main([*command, "--epochs", "4", "--out", str(whole)]) == 0
    stored = checkpoint.load(whole)
    assert stored.epoch == 4
    assert stored.history[-1]["eyes"] < stored.history[0]["eyes"]
    assert main([*command, "--epochs", "2", "--out", str(halves)]) == 0
    assert main([*command, "--epochs", "3", "--out", str(halves), "--resume"]) == 0
    assert "going on after epoch 2" in capsys.readouterr().out
    assert checkpoint.load(halves).epoch == 3
    network = networks.from_checkpoint(stored, whole)
    assert network(torch.zeros(1, 1, 48, 48)).shape == (1, 11)


def test_training_without_pools_or_from_another_network_says_so(
    fer2013: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    command = ["train-pupil", "--data", str(fer2013), "--out", str(tmp_path / "out.pt"), "--views"]
    assert main([*command, str(empty)]) == 2
    assert "no pool-*.npz there; make-views writes them" in capsys.readouterr().err
    state = networks.build("narrow_9", 11).state_dict()
    other = tmp_path / "other.pt"
    checkpoint.save(checkpoint.Checkpoint("narrow_9", 11, {}, state, state, {}, []), other)
    pools = str(pool_in(tmp_path / "views"))
    assert main([*command, pools, "--architecture", "narrow_12", "--start-from", str(other)]) == 2
    assert "a checkpoint of narrow_9, not narrow_12" in capsys.readouterr().err


def test_damaged_crops_and_pools_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "pool-000.npz"
    broken.write_bytes(b"PK no pool")
    for read in (views.load, people.load):
        with pytest.raises(Exception, match=r"pool-000\.npz: not "):
            read(broken)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("default")  # the converter's own libraries warn
def test_a_checkpoint_with_eyes_becomes_a_file_that_says_so(fer2013: Path, tmp_path: Path) -> None:
    pytest.importorskip("litert_torch", reason="conversion needs litert-torch")
    state = narrow.NARROW["narrow_9"]().state_dict()
    state["classifier.bias"][len(LABELS) :] -= 6  # beyond the range of the expressions
    run, model = tmp_path / "run.pt", tmp_path / "expression_int8.tflite"
    settings = {"labels": "ferplus", "seed": 1, "command": "train-pupil"}
    checkpoint.save(checkpoint.Checkpoint("narrow_9", 11, settings, state, state, {}, []), run)
    convert = ["convert", "--checkpoint", str(run), "--data", str(fer2013), "--out", str(model)]
    assert main([*convert, "--allowed-loss", "100"]) == 0
    card = json.loads((tmp_path / "expression.json").read_text())
    assert (card["format"], card["eyes"]) == (2, ["open", "closed", "unknown"])
    assert card["output"]["shape"] == [1, 11]
    assert card["labels"] == list(LABELS)
    faces = np.random.default_rng(0).integers(0, 256, (20, 48, 48), np.uint8)
    exact, rounded = inference.FloatModel(run).eyes(faces), runtime.load(model).eyes(faces)
    assert exact is not None
    assert rounded is not None
    assert rounded == pytest.approx(exact, abs=0.05)
