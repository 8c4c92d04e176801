"""``convert-faces``: a checkpoint of the face finder to ``faces_int8.tflite``, and the JSON beside it."""

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from models.training.errors import BadDataError
from models.training.faces.augment import CanvasMaker
from models.training.faces.data import PictureCache, read_boxes
from models.training.faces.network import INPUT_HEIGHT, INPUT_WIDTH, STRIDES, FaceFinder
from models.training.faces.train import WHOLE
from models.training.int8 import convert_int8, write_atomically

BORDER = 114
NMS_IOU, NMS_INSIDE = 0.4, 0.5
# A face that fills the picture is boxed less exactly, and the score is trained to say so.
THRESHOLDS = (0.6, 0.55, 0.4)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument(
        "--boxes", type=Path, required=True, help="list of face boxes, for calibration pictures"
    )
    parser.add_argument("--images", type=Path, required=True, help="folder the list's file names start from")
    parser.add_argument(
        "--cache", type=Path, required=True, help="the folder train-faces wrote (--out there)"
    )
    parser.add_argument("--target", type=Path, default=Path("models"), help="folder for the two files")
    parser.add_argument(
        "--threshold",
        type=float,
        nargs=len(STRIDES),
        default=THRESHOLDS,
        metavar="P",
        help="confidence from which a box is a face, at strides 8, 16, 32",
    )
    parser.add_argument("--width", type=int, default=INPUT_WIDTH, help="width of the input, a multiple of 32")
    parser.add_argument("--height", type=int, default=INPUT_HEIGHT)
    parser.add_argument("--pictures", type=int, default=300, help="calibration pictures")


def run(args: argparse.Namespace) -> int:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    network, training = load_average(args.checkpoint)
    target = args.target / "faces_int8.tflite"
    convert_int8(ChannelsLast(network), calibration(args), target)
    write_atomically(
        args.target / "faces.json", json.dumps(describe(target, args, training), indent=1).encode()
    )
    print(f"{target}: {target.stat().st_size} bytes")
    return 0


def load_average(path: Path) -> tuple[FaceFinder, dict]:
    """The averaged network of a checkpoint in evaluation mode, and how it was trained.

    Raises BadDataError when the file is no checkpoint of this network.
    """
    try:
        state = torch.load(path, weights_only=True)
        average = {k.removeprefix("module."): v for k, v in state["average"].items() if k != "n_averaged"}
        network = FaceFinder()
        network.load_state_dict(average)
    except (OSError, KeyError, RuntimeError) as error:
        raise BadDataError(f"{path}: no checkpoint of the face finder ({error})") from error
    arguments = {k: state["args"][k] for k in ("batch", "rate", "decay", "seed", "minutes")}
    return network.eval(), {"steps": state["step"], "seconds": round(state["seconds"]), **arguments}


class ChannelsLast(nn.Module):
    """The network with outputs [1, rows, columns, channels], as TFLite keeps them."""

    def __init__(self, network: FaceFinder) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        return tuple(output.permute(0, 2, 3, 1) for output in self.network(image))


def calibration(args: argparse.Namespace) -> list[np.ndarray]:
    """Training pictures, unmixed: float32 [1, height, width, 3] in [0, 1]."""
    photos = read_boxes(args.boxes)
    cache = PictureCache(args.cache, photos, args.images)
    maker = CanvasMaker(photos, cache)
    canvas = WHOLE | {"width": args.width, "height": args.height}
    drawn = (maker.draw(np.random.default_rng((0, n)), **canvas) for n in range(args.pictures))
    return [np.float32(canvas.image[None]) / 255 for canvas in drawn]


def describe(target: Path, args: argparse.Namespace, training: dict) -> dict:
    """The content of ``faces.json``."""
    from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415 (needed here alone)

    interpreter = Interpreter(model_path=str(target))
    (source,), outputs = interpreter.get_input_details(), interpreter.get_output_details()
    return {
        "format": 1,
        "file": target.name,
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
        "input": {**_tensor(source), "dtype": "int8", "colour": "RGB"},
        "outputs": [
            {"name": output["name"], **facts, **_tensor(output)}
            for output, facts in zip(outputs, _order(args.threshold), strict=True)
        ],
        "decode": {
            "border": BORDER,
            "box": "centre = (column + 0.5 + dx, row + 0.5 + dy) * stride; size = exp(log w, log h) * stride",
            "score": "confidence = 1 / (1 + exp(-score))",
        },
        "threshold": max(args.threshold),
        "nms_iou": NMS_IOU,
        "nms_inside": NMS_INSIDE,
        "training": training,
    }


def _order(thresholds: Sequence[float]) -> list[dict]:
    """What each output is, in the order of the network's outputs."""
    facts: list[dict] = []
    for stride, threshold in zip(STRIDES, thresholds, strict=True):
        facts += [
            {"kind": "score", "stride": stride, "threshold": threshold},
            {"kind": "box", "stride": stride},
        ]
    return facts


def _tensor(details: dict) -> dict:
    scale, zero_point = details["quantization"]
    return {"shape": [int(n) for n in details["shape"]], "scale": float(scale), "zero_point": int(zero_point)}
