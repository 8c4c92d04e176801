"""Networks that teach the small one: their opinion, and the published weights one of them starts from."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch", reason="training needs PyTorch: models/training/requirements.txt")
pytest.importorskip("litert_torch", reason="conversion needs litert-torch: models/training/requirements.txt")

from models.training.__main__ import main  # noqa: E402
from models.training.errors import BadDataError  # noqa: E402
from models.training.expression import (  # noqa: E402
    batches,
    checkpoint,
    inference,
    networks,
    runtime,
    shipped,
)
from models.training.expression.distill import Teachers  # noqa: E402
from models.training.expression.labels import HAPPY, LABELS, NOT_A_FACE  # noqa: E402

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("default"),  # the converter's own libraries warn
]


def teacher_who_always_says(folder: Path, probabilities: dict[int, float]) -> Path:
    """A checkpoint that gives these probabilities, whatever it sees."""
    network = networks.build("small_residual", len(LABELS))
    torch.nn.init.zeros_(network.classifier.weight)
    logits = [np.log(probabilities.get(label, 1e-6)) for label in range(len(LABELS))]
    network.classifier.bias.data = torch.tensor(logits, dtype=torch.float32)
    state = network.state_dict()
    path = folder / f"teacher{len(list(folder.iterdir()))}.pt"
    checkpoint.save(checkpoint.Checkpoint("small_residual", len(LABELS), {}, state, state, {}, []), path)
    return path


def lesson(teachers: list[Path], share: float, targets: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    rows = torch.as_tensor(np.array(targets), dtype=torch.float32)
    images, weights = torch.rand(len(rows), 1, 48, 48), torch.ones(len(rows))
    made = Teachers(teachers, share, len(LABELS), torch.device("cpu")).targets(images, rows, weights)
    return made[0].numpy(), made[1].numpy()


def one(label: int) -> NDArray[Any]:
    return np.asarray(np.eye(len(LABELS))[label])


def test_votes_and_the_teachers_opinion_are_mixed_in_the_share_asked_for(tmp_path: Path) -> None:
    teacher = teacher_who_always_says(tmp_path, {6: 1.0})
    targets, weights = lesson([teacher], 0.25, [one(HAPPY)])
    assert targets[0, HAPPY] == pytest.approx(0.75, abs=0.01)
    assert targets[0, 6] == pytest.approx(0.25, abs=0.01)
    assert weights[0] == 1


def test_several_teachers_give_their_mean_opinion(tmp_path: Path) -> None:
    teachers = [teacher_who_always_says(tmp_path, {label: 1.0}) for label in (2, 4)]
    targets, _ = lesson(teachers, 1.0, [one(HAPPY)])
    assert targets[0, [2, 4]] == pytest.approx([0.5, 0.5], abs=0.01)


def test_a_face_nobody_voted_on_gets_the_teachers_guess_at_its_expression(tmp_path: Path) -> None:
    teacher = teacher_who_always_says(tmp_path, {HAPPY: 0.3, 6: 0.1, NOT_A_FACE: 0.6})
    targets, weights = lesson([teacher], 0.5, [np.zeros(len(LABELS))])
    assert targets[0, NOT_A_FACE] == 0
    assert targets[0, [HAPPY, 6]] == pytest.approx([0.75, 0.25], abs=0.01)
    assert 0 < weights[0] < 1


def test_what_is_known_to_be_no_face_stays_that_whatever_the_teacher_says(tmp_path: Path) -> None:
    teacher = teacher_who_always_says(tmp_path, {HAPPY: 1.0})
    targets, weights = lesson([teacher], 0.9, [one(NOT_A_FACE)])
    assert targets[0].tolist() == one(NOT_A_FACE).tolist()
    assert weights[0] == 1


def test_a_teacher_of_other_labels_is_refused(tmp_path: Path) -> None:
    teacher = teacher_who_always_says(tmp_path, {HAPPY: 1.0})
    with pytest.raises(BadDataError, match="it knows 8 labels, this run 7"):
        Teachers([teacher], 0.5, 7, torch.device("cpu"))


def test_the_model_file_names_every_run_behind_it(fer2013: Path, tmp_path: Path) -> None:
    train = ["train", "--data", str(fer2013), "--epochs", "1", "--batch", "32", "--sizes", "32:1"]
    names = ("first.pt", "second.pt", "pupil.pt")
    first, second, pupil = (tmp_path / name for name in names)
    assert main([*train, "--out", str(first)]) == 0
    assert main([*train, "--out", str(second), "--seed", "2", "--teacher", str(first)]) == 0
    assert main([*train, "--out", str(pupil), "--teacher", str(first), str(second)]) == 0
    model = tmp_path / "expression_int8.tflite"
    loss = ["--allowed-loss", "100"]
    assert (
        main(["convert", "--checkpoint", str(pupil), "--data", str(fer2013), "--out", str(model), *loss]) == 0
    )
    stages = json.loads(model.with_name("expression.json").read_text())["training"]["stages"]
    assert [stage["command"].split("--out ")[1].split()[0] for stage in stages] == list(names)
    assert "--teacher first.pt second.pt" in stages[-1]["command"]


def test_training_goes_on_from_a_shipped_file_where_its_checkpoint_is_gone(
    fer2013: Path, tmp_path: Path
) -> None:
    train = ["train", "--data", str(fer2013), "--batch", "16", "--sizes", "48:1", "--rate", "0.02"]
    first, model = tmp_path / "first.pt", tmp_path / "expression_int8.tflite"
    assert main([*train, "--epochs", "8", "--out", str(first)]) == 0
    loss = ["--allowed-loss", "100"]
    assert (
        main(["convert", "--checkpoint", str(first), "--data", str(fer2013), "--out", str(model), *loss]) == 0
    )

    faces = np.load(fer2013)["images"]
    again = networks.from_checkpoint(shipped.load(model), model)
    with torch.no_grad():
        read_back = again(torch.from_numpy(faces).float().div(255).unsqueeze(1)).numpy()
    trained = inference.FloatModel(first).logits(faces)
    assert np.abs(read_back - trained).max() < 0.1 * np.ptp(trained), "int8 keeps the weights to a percent"

    second = tmp_path / "second.pt"
    more = ["--start-from", str(model), "--teacher", str(model)]
    assert main([*train, "--epochs", "1", "--rate", "1e-6", "--out", str(second), *more]) == 0
    # one epoch that changes next to nothing: what it knew is still there, its normalisations fitted anew
    assert checkpoint.load(second).history[0]["public_test"] > 0.8
    assert (
        main(["convert", "--checkpoint", str(second), "--data", str(fer2013), "--out", str(model), *loss])
        == 0
    )
    stages = runtime.load(model).card["training"]["stages"]
    assert ["--start-from" in stage["command"] for stage in stages] == [False, True]


def test_a_shipped_file_of_a_network_that_cannot_be_read_back_is_refused(
    fer2013: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, out = tmp_path / "expression_int8.tflite", str(tmp_path / "four.pt")
    data = ["--data", str(fer2013)]
    assert (
        main(
            ["train", *data, "--architecture", "four_blocks", "--epochs", "1", "--batch", "32", "--out", out]
        )
        == 0
    )
    assert main(["convert", "--checkpoint", out, *data, "--out", str(model), "--allowed-loss", "100"]) == 0
    assert main(["train", *data, "--start-from", str(model), "--out", str(tmp_path / "run.pt")]) == 2
    assert "weights of four_blocks can't be read back" in capsys.readouterr().err


def test_unlabelled_faces_of_an_epoch_are_counted_apart_from_crops_of_nothing() -> None:
    def crops(count: int) -> batches.Samples:
        return batches.Samples(
            np.zeros((count, 48, 48), np.uint8),
            np.zeros((count, len(LABELS)), np.float32),
            np.ones(count, np.float32),
        )

    mined = batches.Mined(cascade=crops(50), background=crops(50), faces=crops(30))
    drawn = mined.draw(20, 25, np.random.default_rng(1))
    assert [len(part) for part in drawn] == [20, 10, 25]
    assert len(mined.draw(20, 40, np.random.default_rng(1))[2]) == 30


def test_a_network_of_larger_pictures_becomes_a_model_that_takes_any(fer2013: Path, tmp_path: Path) -> None:
    out, model = tmp_path / "larger.pt", tmp_path / "larger_int8.tflite"
    data = ["--data", str(fer2013)]
    epoch = ["--architecture", "mini_xception", "--epochs", "1", "--batch", "16"]
    assert main(["train", *data, "--out", str(out), *epoch]) == 0
    convert = ["convert", "--checkpoint", str(out), *data, "--out", str(model)]
    assert main([*convert, "--allowed-loss", "100"]) == 0
    faces = np.random.default_rng(1).integers(0, 256, (3, 48, 48), np.uint8)
    loaded = runtime.load(model)
    assert loaded.card["input"]["shape"] == [1, 64, 64, 1]
    assert loaded.logits(faces).shape == (3, len(LABELS))


def test_an_int8_file_of_any_network_teaches_as_the_network_would(fer2013: Path, tmp_path: Path) -> None:
    out, model, pupil = tmp_path / "large.pt", tmp_path / "large_int8.tflite", tmp_path / "pupil.pt"
    data = ["--data", str(fer2013)]
    large = ["--architecture", "mini_xception", "--epochs", "1", "--batch", "16"]
    assert main(["train", *data, "--out", str(out), *large]) == 0
    convert = ["convert", *data, "--allowed-loss", "100"]
    assert main([*convert, "--checkpoint", str(out), "--out", str(model), "--caution", "2"]) == 0
    faces = np.load(fer2013)["images"][:32]
    unknown, weights = torch.zeros(len(faces), len(LABELS)), torch.ones(len(faces))
    opinions = [
        Teachers([file], 1, len(LABELS), torch.device("cpu")).targets(
            batches.to_network(faces), unknown, weights
        )[0]
        for file in (out, model)
    ]
    assert torch.allclose(*opinions, atol=0.05), "int8 costs a little; `convert`'s caution is not part of it"
    small = ["--epochs", "1", "--batch", "32", "--sizes", "32:1", "--float32"]
    assert main(["train", *data, "--out", str(pupil), "--teacher", str(model), *small]) == 0
    assert main([*convert, "--checkpoint", str(pupil), "--out", str(tmp_path / "small_int8.tflite")]) == 0
    stages = json.loads((tmp_path / "small.json").read_text())["training"]["stages"]
    assert [stage["command"].split("--out ")[1].split()[0] for stage in stages] == ["large.pt", "pupil.pt"]
    assert "--teacher large_int8.tflite" in stages[1]["command"]
    assert stages[1]["command"].split("--float32")[1][:3] in ("", " --"), "an option without a value"
