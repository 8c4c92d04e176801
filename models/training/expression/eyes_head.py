"""``add-eyes``: outputs for eyes beside those of an int8 network, from what its last layer sees already.

Three rows are added to the last layer, fitted to the readers' codes by logistic regression; everything else
of the file stays as it is, bit by bit, so that no figure of the expressions changes.
"""

import argparse
import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from models.training.errors import BadDataError
from models.training.expression import convert, metrics, runtime, views
from models.training.expression.labels import EYE_STATES
from models.training.expression.pupil import EYES_RARITY
from models.training.int8 import write_atomically

OPEN_OFFSET = -1.6
"""Added to the logit of open eyes, on the photos for choices: .82 of the open eyes are called open there,
.08 of the closed ones. The cascade before it called .74 and .18 open (on the photos for final figures)."""
RIDGE = 1e-4
EYES_DATA = "; for the eyes, faces of photographs that were read one by one"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Command line of ``add-eyes``."""
    parser.add_argument("--model", type=Path, required=True, help="int8 file without outputs for eyes")
    parser.add_argument("--views", type=Path, required=True, help="pools that make-views made with that file")
    parser.add_argument("--out", type=Path, required=True, help="the new file; its JSON goes beside it")


def run(args: argparse.Namespace) -> int:
    """Fit the rows, write file and JSON."""
    if not args.out.name.endswith("_int8.tflite"):
        raise BadDataError(f"--out {args.out}: the name must end in _int8.tflite")
    model = runtime.load(args.model)
    if "eyes" in model.card:
        raise BadDataError(f"--model {args.model}: it has outputs for eyes already")
    features, states = _known_eyes(args.views)
    weight, bias = fitted(features, states)
    content = with_rows(args.model.read_bytes(), weight, bias, features)
    card = describe(model.card, args.out.name, content)
    _add_stages(card["training"], args)
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / args.out.name
        draft.write_bytes(content)
        draft.with_name(_description(args.out).name).write_text(json.dumps(card))
        runtime.load(draft)  # refuses what does not fit together
    # the JSON goes last: between the two writes the sha256 does not fit, which a reader refuses
    write_atomically(args.out, content)
    write_atomically(_description(args.out), (json.dumps(card, indent=2) + "\n").encode())
    print(f"{args.out}: eyes of {len(features)} views")
    return 0


def _add_stages(training: dict[str, Any], args: argparse.Namespace) -> None:
    """The two runs that the outputs for eyes come from, after those of the network."""
    made = {**views.settings_of(args.views), "command": "make-views"}
    names = f"--model {args.model.name} --views {args.views.name} --out {args.out.name}"
    commands = [convert.command_line(made), f"python -m models.training add-eyes {names}"]
    training["stages"] = [
        *training["stages"],
        *({"command": command, "epochs": 0} for command in commands),
    ]
    training["command"] = " && ".join(stage["command"] for stage in training["stages"])
    training["data"] += EYES_DATA


def _description(model: Path) -> Path:
    return model.with_name(model.name.replace("_int8.tflite", ".json"))


def _known_eyes(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Features float32 ``[N, F]`` and states float32 ``[N, 3]`` of the views whose eyes somebody read."""
    pools = sorted(folder.glob("pool-*.npz"))
    if not pools:
        raise BadDataError(f"--views {folder}: no pool-*.npz there; make-views writes them")
    features, states = [], []
    for path in pools:
        pool = views.load(path)
        known = pool.eyes.sum(1) > 0
        features.append(pool.features[known].astype(np.float32))
        states.append(pool.eyes[known])
    return np.concatenate(features), np.concatenate(states)


def fitted(features: np.ndarray, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weight float32 ``[3, F]``, bias float32 ``[3]`` by logistic regression; closed eyes weigh more."""
    mean, spread = features.mean(0), features.std(0) + 1e-3
    given, wanted = torch.from_numpy((features - mean) / spread), torch.from_numpy(states)
    weights = wanted @ torch.tensor(EYES_RARITY)
    layer = nn.Linear(given.shape[1], len(EYE_STATES))
    optimiser = torch.optim.LBFGS(layer.parameters(), max_iter=200, line_search_fn="strong_wolfe")

    def cost() -> torch.Tensor:
        optimiser.zero_grad()
        each = -(wanted * torch.log_softmax(layer(given), 1)).sum(1)
        loss = (each * weights).sum() / weights.sum() + RIDGE * layer.weight.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(cost)  # type: ignore[no-untyped-call]
    weight = layer.weight.detach().numpy() / spread
    bias = layer.bias.detach().numpy() - weight @ mean
    bias[EYE_STATES.index("open")] += OPEN_OFFSET
    return weight.astype(np.float32), bias.astype(np.float32)


def with_rows(content: bytes, weight: np.ndarray, bias: np.ndarray, features: np.ndarray) -> bytes:
    """A TFLite file whose last layer, a fully connected one of int8, has rows more.

    :param features: what the layer is given, to choose what is added to all the new logits so that they lie
        in the range of the outputs; a softmax does not notice
    :raises BadDataError: its last layer is another one
    """
    from ai_edge_litert import schema_py_generated as schema  # noqa: PLC0415 (only the converter's)

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0))
    for buffer in model.buffers:
        if buffer.offset:  # kept behind the tables: taken in, as these grow
            buffer.data = np.frombuffer(content, np.uint8, buffer.size, buffer.offset)
            buffer.offset = buffer.size = 0
    graph = model.subgraphs[0]
    layer = graph.operators[-1]
    code = model.operatorCodes[layer.opcodeIndex].builtinCode
    if code != schema.BuiltinOperator.FULLY_CONNECTED or list(layer.outputs) != list(graph.outputs):
        raise BadDataError("the last layer of the network is not a fully connected one")
    given, rows, offsets = (graph.tensors[index] for index in layer.inputs)
    output = graph.tensors[layer.outputs[0]]
    ends = [(end - output.quantization.zeroPoint[0]) * output.quantization.scale[0] for end in (-128, 127)]
    bias = bias + _shift(features @ weight.T + bias, ends[0], ends[1])
    scales = (np.abs(weight).max(1) / 127).astype(np.float32)
    _append(model, rows, np.round(weight / scales[:, None]).astype(np.int8), scales)
    steps = scales * np.float32(given.quantization.scale[0])
    _append(model, offsets, np.round(bias / steps).astype(np.int32), steps)
    for tensor in (rows, offsets):
        tensor.shape = np.array([tensor.shape[0] + len(weight), *tensor.shape[1:]], np.int32)
    output.shape = np.array([output.shape[0], output.shape[1] + len(weight)], np.int32)
    return packed(model)


def _shift(logits: np.ndarray, low: float, high: float) -> float:
    """What added to all logits costs their softmax least where they are cut off at both ends."""
    exact = metrics.softmax(logits)

    def cost(shift: float) -> float:
        cut = metrics.softmax((logits + shift).clip(low, high))
        return float((exact * np.log((exact + 1e-9) / (cut + 1e-9))).sum(1).mean())

    return float(min(np.linspace(-6, 6, 25), key=cost))


def _append(model: Any, tensor: Any, values: np.ndarray, scales: np.ndarray) -> None:
    """More rows for a constant tensor with a scale a row."""
    buffer = model.buffers[tensor.buffer]
    buffer.data = np.concatenate([np.asarray(buffer.data, np.uint8), values.view(np.uint8).ravel()])
    tensor.quantization.scale = np.concatenate([tensor.quantization.scale, scales])
    zeros = np.zeros(len(scales), np.int64)
    tensor.quantization.zeroPoint = np.concatenate([tensor.quantization.zeroPoint, zeros])


def packed(model: Any) -> bytes:
    """The file of a model's tables."""
    import flatbuffers  # noqa: PLC0415 (only the converter's)

    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def describe(card: dict[str, Any], name: str, content: bytes) -> dict[str, Any]:
    """The JSON of the file with eyes, from that of the file without."""
    output = card["output"]
    return {
        "format": 2,
        "file": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "labels": card["labels"],
        "eyes": list(EYE_STATES),
        **{key: card[key] for key in ("input", "output", "crop")},
        "training": dict(card["training"]),
        "output": {**output, "shape": [1, output["shape"][1] + len(EYE_STATES)]},
    }
