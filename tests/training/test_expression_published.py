"""The published weights that a teacher starts from, and the networks that hold them."""

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
    checkpoint,
    face_networks,
    networks,
    published,
)
from models.training.expression.labels import LABELS  # noqa: E402

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("default"),  # the converter's own libraries warn
]


def stored(folder: Path, tensors: dict[str, NDArray[Any]], graph: bool) -> Path:
    """Weights in the publisher's two formats: 8-bit in a manifest, or float16 beside a graph."""
    entries, raw = [], b""
    for name, values in tensors.items():
        coded: dict[str, Any] = {"dtype": "float16"}
        data = values.astype(np.float16)
        if not graph:
            coded = {"dtype": "uint8", "scale": float(np.ptp(values)) / 255, "min": float(values.min())}
            data = np.round((values - coded["min"]) / coded["scale"]).astype(np.uint8)
        entries.append({"name": name, "shape": values.shape, "dtype": "float32", "quantization": coded})
        raw += data.tobytes()
    (folder / "weights.bin").write_bytes(raw)
    groups = [{"weights": entries, "paths": ["weights.bin"]}]
    path = folder / "model.json"
    path.write_text(json.dumps({"weightsManifest": groups} if graph else groups))
    return path


def random_tensors(kind: str) -> dict[str, NDArray[Any]]:
    """Made-up weights under the publisher's names."""
    rng = np.random.default_rng(1)
    tensors: dict[str, NDArray[Any]] = {}

    def add(name: str, shape: tuple[int, ...], least: float, most: float) -> None:
        tensors[name] = rng.uniform(least, most, shape).astype(np.float32)

    network = networks.build(kind, len(LABELS))
    if kind == "face_residual":
        for path, layer in network.named_modules():
            if isinstance(layer, face_networks.Layer):
                outputs, inputs, *sides = layer.conv.weight.shape
                spread = 2 / (inputs * sides[0] * sides[1]) ** 0.5
                name = path.replace(".", "/")
                shape = (*sides, 3 if inputs == 1 else inputs, outputs)
                add(f"{name}/conv/filters", shape, -spread, spread)
                add(f"{name}/conv/bias", (outputs,), -0.1, 0.1)
                add(f"{name}/scale/weights", (outputs,), 0.5, 1.0)
                add(f"{name}/scale/biases", (outputs,), -0.1, 0.3)
        return tensors
    add("conv1/convolution/merged_input", (3, 3, 3, 32), -0.003, 0.003)
    add("conv1_bn/batchnorm_1/sub", (32,), 0, 1)
    inputs = 32
    for number, (outputs, _) in enumerate(face_networks.MOBILE, 1):
        add(f"conv_dw_{number}/depthwise_kernel", (3, 3, inputs, 1), -0.5, 0.5)
        add(f"conv_dw_{number}_bn/batchnorm_1/mul", (inputs,), 0.5, 1.0)
        add(f"conv_dw_{number}_bn/batchnorm_1/sub", (inputs,), 0, 1)
        spread = 2 / inputs**0.5
        add(f"conv_pw_{number}/convolution/merged_input", (1, 1, inputs, outputs), -spread, spread)
        add(f"conv_pw_{number}_bn/batchnorm_1/sub", (outputs,), 0, 1)
        inputs = outputs
    return tensors


@pytest.mark.parametrize("kind", ["face_residual", "face_mobile"])
def test_normalisations_fitted_to_faces_do_what_the_published_numbers_did(kind: str, tmp_path: Path) -> None:
    faces = np.random.default_rng(2).integers(0, 256, (64, 48, 48), np.uint8)
    path = stored(tmp_path, random_tensors(kind), graph=kind == "face_mobile")
    network = networks.build(kind, len(LABELS))
    assert networks.load_backbone(network, kind, path, faces).endswith("from model.json")
    plain = networks.build(kind, len(LABELS)).eval()
    plain.fill(published.read_weights(path))
    plain.head = network.head
    norms = [module for module in plain.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.eps = 1e-9  # mean 0, variance 1: the published scale and offset, nothing else
    views = torch.rand(4, 1, 96, 96)
    with torch.no_grad():
        assert torch.allclose(network(views), plain(views), atol=1e-3)
    fitted = next(module for module in network.modules() if isinstance(module, torch.nn.BatchNorm2d))
    assert not torch.allclose(fitted.running_var, torch.ones(32))


def test_published_weights_that_are_missing_cut_off_or_anothers_are_named(tmp_path: Path) -> None:
    faces = np.zeros((4, 48, 48), np.uint8)
    mobile = networks.build("face_mobile", len(LABELS))
    with pytest.raises(BadDataError, match=r"nothing.json: No such file"):
        networks.load_backbone(mobile, "face_mobile", tmp_path / "nothing.json", faces)
    path = stored(tmp_path, random_tensors("face_residual"), graph=False)
    with pytest.raises(BadDataError, match="not the weights of FaceMobile"):
        networks.load_backbone(mobile, "face_mobile", path, faces)
    (tmp_path / "weights.bin").write_bytes((tmp_path / "weights.bin").read_bytes()[:-1000])
    with pytest.raises(BadDataError, match=r"model.json: damaged"):
        networks.load_backbone(mobile, "face_mobile", path, faces)


@pytest.mark.parametrize("side", [48, 96])
def test_halving_convolutions_are_the_same_in_training_as_in_use(side: int) -> None:
    network = networks.build("face_mobile", len(LABELS))
    for norm in network.modules():
        if isinstance(norm, torch.nn.BatchNorm2d | torch.nn.Dropout):
            norm.forward = lambda x: x  # what differs by intention in training
    views = torch.rand(2, 1, side, side)
    in_training = network.train()(views)
    assert torch.allclose(in_training, network.eval()(views), rtol=1e-5, atol=1e-6)
    assert in_training.std() > 0


def test_layers_that_are_fixed_stay_as_published_and_see_the_same_while_the_others_learn(
    fer2013: Path, tmp_path: Path
) -> None:
    out, path = tmp_path / "mobile.pt", stored(tmp_path, random_tensors("face_mobile"), graph=True)
    learn = ["train", "--data", str(fer2013), "--out", str(out), "--architecture", "face_mobile"]
    learn += ["--weights", str(path), "--epochs", "1", "--batch", "16", "--rate", "0.01"]
    assert main([*learn, "--fixed-steps", "5"]) == 0
    taught = networks.from_checkpoint(checkpoint.load(out), out)
    plain = networks.build("face_mobile", len(LABELS)).eval()
    plain.fill(published.read_weights(path))
    for number, (ours, theirs) in enumerate(zip(taught.steps, plain.steps, strict=True)):
        assert torch.equal(ours.conv.weight, theirs.conv.weight) == (number < 5)
    taught.fix(5)
    views = torch.rand(2, 1, 96, 96) - face_networks.GREY
    with torch.no_grad():
        assert torch.allclose(taught.fused[0](views), taught.steps[:5](views), atol=1e-4)
    assert main([*learn, "--fixed-steps", "27"]) == 2
    assert main([*learn[:6], "mini_xception", "--fixed-steps", "5"]) == 2
