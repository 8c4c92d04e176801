"""The mean of several networks."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: models/training/requirements.txt")
pytest.importorskip("litert_torch", reason="conversion needs litert-torch: models/training/requirements.txt")

from models.training.__main__ import main  # noqa: E402
from models.training.expression import (  # noqa: E402
    checkpoint,
    inference,
    networks,
    published,
)
from models.training.expression.labels import LABELS  # noqa: E402

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("default"),  # the converter's own libraries warn
]


def trained_a_little(folder: Path, name: str, seed: int) -> Path:
    """A checkpoint whose normalisations are no longer as they were built."""
    torch.manual_seed(seed)
    network = networks.build("small_residual", len(LABELS))
    for norm in network.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            for tensor in (norm.weight.data, norm.running_var):
                tensor.uniform_(0.5, 1.5)
            for tensor in (norm.bias.data, norm.running_mean):
                tensor.uniform_(-0.2, 0.2)
    state = network.state_dict()
    settings = {"labels": "ferplus", "out": name, "seed": seed}
    history = [{"epoch": 1, "loss": 1.0, "public_test": 0.5}]
    checkpoint.save(
        checkpoint.Checkpoint("small_residual", len(LABELS), settings, state, state, {}, history),
        folder / name,
    )
    return folder / name


def test_the_mean_of_networks_lies_between_them_and_says_what_it_was_made_of(tmp_path: Path) -> None:
    one, other = trained_a_little(tmp_path, "one.pt", 1), trained_a_little(tmp_path, "other.pt", 2)
    faces = np.random.default_rng(1).integers(0, 256, (8, 48, 48), np.uint8)
    for files, same in (((one, one), True), ((one, other), False)):
        assert main(["average", "--checkpoint", *map(str, files), "--out", str(tmp_path / "mean.pt")]) == 0
        before, after = (inference.FloatModel(path).logits(faces) for path in (one, tmp_path / "mean.pt"))
        assert np.allclose(before, after, atol=1e-4) is same
    from models.training.expression import convert  # noqa: PLC0415 (the converter's libraries warn)

    stages = [stage["command"] for stage in convert.lineage(checkpoint.load(tmp_path / "mean.pt"))]
    assert stages[-1].endswith("training average --out mean.pt --checkpoint one.pt other.pt")
    assert [stage.split("--out ")[1].split()[0] for stage in stages] == ["one.pt", "other.pt", "mean.pt"]


def test_training_knows_that_the_normalisations_of_a_mean_must_be_fitted_anew(tmp_path: Path) -> None:
    one, other = trained_a_little(tmp_path, "one.pt", 1), trained_a_little(tmp_path, "other.pt", 2)
    assert main(["average", "--checkpoint", str(one), str(other), "--out", str(tmp_path / "mean.pt")]) == 0
    for path, folded in ((one, False), (tmp_path / "mean.pt", True)):
        network = inference.FloatModel(path).network
        assert published.normalisations_are_folded(network) is folded


def test_a_mean_of_one_network_or_of_different_ones_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, mean = trained_a_little(tmp_path, "one.pt", 1), str(tmp_path / "mean.pt")
    assert main(["average", "--checkpoint", str(one), "--out", mean]) == 2
    assert "a mean needs two files or more" in capsys.readouterr().err
    shipped_file = "models/expression_int8.tflite"
    assert main(["average", "--checkpoint", str(one), shipped_file, "--out", mean]) == 2
    assert "expression_int8.tflite is a shipped file; name a checkpoint last" in capsys.readouterr().err
    assert main(["average", "--checkpoint", shipped_file, str(one), "--out", mean]) == 2
    assert "different networks have no mean" in capsys.readouterr().err
    assert main(["average", "--checkpoint", str(one), str(tmp_path / "none.pt"), "--out", mean]) == 2
    assert "none.pt: no such checkpoint" in capsys.readouterr().err
    assert not Path(mean).exists()
