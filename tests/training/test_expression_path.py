"""From data to an int8 file with the README's commands, and what stops on the way with which words."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: models/training/requirements.txt")
pytest.importorskip("litert_torch", reason="conversion needs litert-torch: models/training/requirements.txt")

from models.training.__main__ import main  # noqa: E402
from models.training.expression import checkpoint, networks, runtime  # noqa: E402
from models.training.expression.labels import LABELS  # noqa: E402

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("default"),  # the converter's own libraries warn
]


def train(fer2013: Path, out: Path, *more: str) -> int:
    return main(
        ["train", "--data", str(fer2013), "--out", str(out), "--batch", "16", "--sizes", "48:1", *more]
    )


@pytest.fixture
def trained(fer2013: Path, tmp_path: Path) -> Path:
    """Enough epochs to tell the made-up happy from the made-up neutral faces."""
    assert train(fer2013, tmp_path / "run.pt", "--epochs", "8", "--rate", "0.02") == 0
    return tmp_path / "run.pt"


def test_data_becomes_a_model_file_a_report_and_a_card(fer2013: Path, trained: Path, tmp_path: Path) -> None:
    model, figures = tmp_path / "out" / "expression_int8.tflite", tmp_path / "figures.json"
    report, card = tmp_path / "report", tmp_path / "MODEL_CARD.md"
    data, files = ["--data", str(fer2013)], ["--checkpoint", str(trained), "--model", str(model)]
    made = ["convert", "--checkpoint", str(trained), *data, "--out", str(model), "--allowed-loss", "7"]
    assert main(made) == 0
    assert main(["evaluate", *files, *data, "--out", str(figures), "--json"]) == 0
    written = ["--out", str(report), "--card", str(card)]
    assert main(["report", *files, "--figures", str(figures), *written]) == 0

    description = json.loads(model.with_name("expression.json").read_text())
    assert description["input"]["shape"] == [1, 48, 48, 1]
    assert description["input"]["zero_point"] == -128
    assert description["input"]["scale"] == pytest.approx(1 / 255)
    measured = json.loads(figures.read_text())["int8"]["ferplus"]["accuracy"]
    assert measured > 0.8
    assert f"{measured:.4f}" in card.read_text()
    for name in ("curves.png", "confusion.png", "reliability.png", "figures.json"):
        assert (report / name).stat().st_size > 0


def test_the_card_shows_other_networks_beside_the_shipped_one(
    fer2013: Path, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other, data = tmp_path / "other.pt", ["--data", str(fer2013)]
    assert train(fer2013, other, "--architecture", "four_blocks", "--epochs", "1") == 0
    beside = tmp_path / "four_blocks"
    figures, mine = tmp_path / "other.json", tmp_path / "mine.json"
    assert main(["evaluate", "--checkpoint", str(other), *data, "--out", str(figures)]) == 0
    assert main(["report", "--checkpoint", str(other), "--figures", str(figures), "--out", str(beside)]) == 0
    own, own_figures, beside_own = tmp_path / "own.pt", tmp_path / "own.json", tmp_path / "own_labels"
    labels = ["--labels", "fer2013", "--architecture", "four_blocks", "--epochs", "1"]
    assert train(fer2013, own, *labels) == 0
    assert main(["evaluate", "--checkpoint", str(own), *data, "--out", str(own_figures)]) == 0
    report = ["report", "--checkpoint", str(own), "--figures", str(own_figures), "--out", str(beside_own)]
    assert main(report) == 0
    model, card = tmp_path / "expression_int8.tflite", tmp_path / "MODEL_CARD.md"
    assert (
        main(["convert", "--checkpoint", str(trained), *data, "--out", str(model), "--allowed-loss", "7"])
        == 0
    )
    assert main(["evaluate", "--model", str(model), *data, "--out", str(mine)]) == 0
    report = ["report", "--checkpoint", str(trained), "--figures", str(mine), "--model", str(model)]
    out = ["--out", str(tmp_path / "report"), "--card", str(card)]
    others = ["--beside", str(beside / "figures.json"), str(beside_own / "figures.json")]
    assert main([*report, *out, *others]) == 0
    accuracy = json.loads(figures.read_text())["float"]["ferplus"]["accuracy"]
    row = f"| four_blocks | 4.48 M | from scratch | 1 | FER+ | {accuracy:.4f} |"
    assert row in card.read_text()
    mine_own = json.loads(own_figures.read_text())["float"]["fer2013"]
    both = f"{mine_own['accuracy']:.4f} | {mine_own['accuracy_with_mirror_image']:.4f}"
    assert f"| four_blocks | 4.47 M | from scratch | 1 | FER-2013 | {both} |" in card.read_text()
    assert f"`four_blocks`, see below | – | {mine_own['accuracy']:.4f} | ≥ .700 |" in card.read_text()

    card.unlink()  # written again where the checkpoint is gone
    again = ["report", "--figures", str(tmp_path / "report" / "figures.json"), "--model", str(model), *out]
    assert main([*again, "--beside", str(beside / "figures.json")]) == 0
    assert row in card.read_text()
    assert main(["report", "--figures", str(mine), "--model", str(model), *out]) == 2
    assert "mine.json: not figures.json of an earlier report" in capsys.readouterr().err


def test_a_conversion_that_loses_too_much_keeps_the_old_model(
    fer2013: Path, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "expression_int8.tflite"
    model.write_bytes(b"the old model")
    arguments = ["--checkpoint", str(trained), "--data", str(fer2013), "--out", str(model)]
    assert main(["convert", *arguments, "--allowed-loss=-101"]) == 1
    assert "the old model stays" in capsys.readouterr().err
    assert model.read_bytes() == b"the old model"
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_a_run_that_was_stopped_ends_like_one_that_was_not(fer2013: Path, tmp_path: Path) -> None:
    whole, halves = tmp_path / "whole.pt", tmp_path / "halves.pt"
    train(fer2013, whole, "--epochs", "2")
    stop_after(1, fer2013, halves)
    train(fer2013, halves, "--epochs", "2", "--resume")
    one, other = checkpoint.load(whole), checkpoint.load(halves)
    assert one.history == other.history
    assert all(torch.equal(a, b) for a, b in zip(one.averaged.values(), other.averaged.values(), strict=True))


def stop_after(epochs: int, fer2013: Path, out: Path) -> None:
    """Train two epochs' schedule, but stop early as a power cut would."""
    from models.training.expression.train import Trainer  # noqa: PLC0415

    save = Trainer.save

    def save_and_stop(self: Trainer) -> None:
        save(self)
        if len(self.history) == epochs:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "save", save_and_stop)
        with pytest.raises(KeyboardInterrupt):
            train(fer2013, out, "--epochs", "2")


def test_a_checkpoint_of_another_architecture_is_refused(
    fer2013: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(fer2013, tmp_path / "run.pt", "--epochs", "1")
    assert (
        train(fer2013, tmp_path / "run.pt", "--epochs", "2", "--resume", "--architecture", "four_blocks") == 2
    )
    assert "checkpoint of small_residual" in capsys.readouterr().err


def test_a_damaged_checkpoint_is_refused(
    fer2013: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.pt"
    path.write_bytes(b"PK not really")
    assert main(["convert", "--checkpoint", str(path), "--data", str(fer2013)]) == 2
    assert "not a readable checkpoint" in capsys.readouterr().err


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_asking_for_a_gpu_that_is_not_there_says_so(
    fer2013: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(fer2013, tmp_path / "run.pt", "--device", "cuda") == 1
    assert "no CUDA GPU is usable here" in capsys.readouterr().err


def test_pictures_of_the_seeds_own_labels_train_a_seven_label_model(fer2013: Path, tmp_path: Path) -> None:
    out, figures = tmp_path / "run.pt", tmp_path / "figures.json"
    assert (
        train(
            fer2013,
            out,
            "--labels",
            "fer2013",
            "--architecture",
            "mini_xception",
            "--sizes",
            "64:1",
            "--epochs",
            "1",
        )
        == 0
    )
    assert main(["evaluate", "--checkpoint", str(out), "--data", str(fer2013), "--out", str(figures)]) == 0
    assert json.loads(figures.read_text())["float"]["fer2013"]["rows"] == 32


def test_a_deeper_network_starts_with_all_that_the_shallower_one_knows(fer2013: Path, tmp_path: Path) -> None:
    shallow, mean, deep = (tmp_path / name for name in ("shallow.pt", "mean.pt", "deep.pt"))
    train = ["train", "--data", str(fer2013), "--batch", "16", "--sizes", "48:1", "--rate", "0.02"]
    assert main([*train, "--architecture", "wide_residual", "--epochs", "8", "--out", str(shallow)]) == 0
    assert main(["average", "--checkpoint", str(shallow), str(shallow), "--out", str(mean)]) == 0
    known = networks.from_checkpoint(checkpoint.load(shallow), shallow)
    deeper = networks.build("deep_residual", len(LABELS)).eval()
    networks.deepen(deeper, known)
    views = torch.rand(4, 1, 48, 48)
    with torch.no_grad():
        assert torch.equal(deeper(views), known(views))
    more = ["--architecture", "deep_residual", "--epochs", "1", "--out", str(deep)]
    assert main([*train, *more, "--start-from", str(shallow)]) == 0
    learned = networks.from_checkpoint(checkpoint.load(deep), deep)
    assert learned.features[9].second[1].weight.abs().max() > 0, "the block that was added"
    assert main([*train, *more, "--start-from", str(mean), "--rate", "1e-6"]) == 0
    assert checkpoint.load(deep).history[0]["public_test"] > 0.8, "normalisations of a mean are fitted anew"
    with pytest.raises(RuntimeError):
        networks.deepen(deeper, networks.build("small_residual", len(LABELS)))


@pytest.mark.shared_data
@pytest.mark.skipif(not (SHARED / "fer2013.npz").exists(), reason="../shared/data is not here")
def test_one_percent_of_the_real_data_goes_all_the_way(tmp_path: Path) -> None:
    fer2013, mined, out = SHARED / "fer2013.npz", tmp_path / "mined.npz", tmp_path / "run.pt"
    common = ["--data", str(fer2013)]
    assert (
        main(["prepare", *common, "--faces", str(SHARED / "faces"), "--limit", "60", "--out", str(mined)])
        == 0
    )
    assert train(fer2013, out, "--mined", str(mined), "--fraction", "0.01", "--epochs", "2") == 0
    model = tmp_path / "expression_int8.tflite"
    assert (
        main(["convert", "--checkpoint", str(out), *common, "--out", str(model), "--allowed-loss", "5"]) == 0
    )
    assert runtime.load(model).logits(np.zeros((1, 48, 48), np.uint8)).shape == (1, 8)


@pytest.mark.shared_data
@pytest.mark.skipif(not (SHARED / "fer2013.npz").exists(), reason="../shared/data is not here")
@pytest.mark.parametrize("narrow", [False, True], ids=["shipped", "narrow"])
def test_one_command_goes_from_nothing_to_a_network_with_eyes(tmp_path: Path, narrow: bool) -> None:
    work, model = tmp_path / "work", tmp_path / "expression_int8.tflite"
    recreate = ["recreate", "--data", str(SHARED), "--work", str(work), "--out", str(model)]
    recreate += ["--narrow"] if narrow else []
    assert (
        main([*recreate, "--epochs", "1", "--fraction", "0.01", "--limit", "40", "--allowed-loss", "100"])
        == 0
    )
    stages = runtime.load(model).card["training"]["stages"]
    made = [stage["command"].split("--out ")[1].split()[0] for stage in stages]
    assert made[-1] == ("narrow.pt" if narrow else model.name)
    assert {path.name for path in work.glob("*.pt")} == {name for name in made if name.endswith(".pt")}
    assert "views" in made
    assert runtime.load(model).card["eyes"] == ["open", "closed", "unknown"]
