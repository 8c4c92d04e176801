"""``convert-faces``: a checkpoint of the face finder to its int8 files, and the JSON beside them.

The same weights twice: ``faces_near_int8.tflite`` for the whole picture, small, and ``faces_far_int8.tflite``
for one part of it, large. A TFLite file has one size of input.
"""

import argparse
import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import torch

from models.training.errors import BadDataError
from models.training.faces.augment import CanvasMaker
from models.training.faces.data import PictureCache, read_boxes
from models.training.faces.export import SCORE_GAIN, arrange, paired
from models.training.faces.network import STRIDES, FaceFinder
from models.training.faces.published import load_yunet
from models.training.faces.train import CANVAS
from models.training.int8 import convert_int8, write_atomically

SIZES = {"near": (320, 192), "far": (640, 384)}
"""Width and height of what each network looks at, pixels; multiples of 32."""
BORDER = 114
NMS_IOU, NMS_INSIDE = 0.4, 0.5
THRESHOLDS = (0.55, 0.55)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--checkpoint", type=Path, required=True, help="of train-faces, or YuNet's weights (.onnx)"
    )
    parser.add_argument(
        "--boxes", type=Path, required=True, help="list of face boxes, for calibration pictures"
    )
    parser.add_argument("--images", type=Path, required=True, help="folder the list's file names start from")
    parser.add_argument(
        "--cache", type=Path, required=True, help="the folder train-faces wrote (--out there)"
    )
    parser.add_argument("--target", type=Path, default=Path("models"), help="folder for the three files")
    parser.add_argument(
        "--threshold",
        type=float,
        nargs=len(SIZES),
        default=THRESHOLDS,
        metavar="P",
        help="confidence from which a box is a face, near and far",
    )
    parser.add_argument("--pictures", type=int, default=200, help="calibration pictures")


def run(args: argparse.Namespace) -> int:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    network, training = load_average(args.checkpoint)
    images = calibration(args)
    arranged = arrange(network, images)
    networks = {}
    for (name, (width, height)), threshold in zip(SIZES.items(), args.threshold, strict=True):
        target = args.target / f"faces_{name}_int8.tflite"
        # Larger inputs show the same range of values: four small pictures are a large one.
        across, down = width // CANVAS["width"], height // CANVAS["height"]
        samples = [paired(picture)[None] for picture in tiled(images, across, down)]
        convert_int8(arranged, samples, target)
        networks[name] = describe(target, threshold)
        print(f"{target}: {target.stat().st_size} bytes")
    facts = {"format": 2, "networks": networks, "decode": DECODE, "training": training}
    write_atomically(args.target / "faces.json", json.dumps(facts, indent=1).encode())
    return 0


def load_average(path: Path) -> tuple[FaceFinder, dict]:
    """The averaged network of a checkpoint in evaluation mode, and how it was trained.

    Raises BadDataError when the file is no checkpoint of this network.
    """
    if path.suffix == ".onnx":
        return load_yunet(path), {"weights": "YuNet 2023mar, as published"}
    try:
        state = torch.load(path, weights_only=True)
        average = {k.removeprefix("module."): v for k, v in state["average"].items() if k != "n_averaged"}
        network = FaceFinder()
        network.load_state_dict(average)
    except (OSError, KeyError, RuntimeError) as error:
        raise BadDataError(f"{path}: no checkpoint of the face finder ({error})") from error
    arguments = {k: state["args"][k] for k in ("batch", "rate", "decay", "seed", "minutes", "start_from")}
    arguments["start_from"] = Path(arguments["start_from"]).name
    return network.eval(), {"steps": state["step"], "seconds": round(state["seconds"]), **arguments}


def calibration(args: argparse.Namespace) -> list[np.ndarray]:
    """Training pictures, unmixed: float32 [height, width, 3] in [0, 1]."""
    photos = read_boxes(args.boxes)
    cache = PictureCache(args.cache, photos, args.images)
    maker = CanvasMaker(photos, cache)
    drawn = (maker.draw(np.random.default_rng((0, n)), **CANVAS) for n in range(args.pictures))
    return [np.float32(canvas.image) / 255 for canvas in drawn]


def tiled(images: list[np.ndarray], across: int, down: int) -> list[np.ndarray]:
    """Every ``across`` times ``down`` images side by side as one."""
    size = across * down
    groups = [images[n : n + size] for n in range(0, len(images) - size + 1, size)]
    return [
        np.concatenate([np.concatenate(group[n : n + across], 1) for n in range(0, size, across)])
        for group in groups
    ]


DECODE = {
    "border": BORDER,
    "input": "pairs of pixels; one row of zeros above the picture, one pair of zero columns at its left",
    "score": f"confidence = 1 / (1 + exp(-{SCORE_GAIN:g} * channel 0))",
    "score_gain": SCORE_GAIN,
    "box": "channels 1 to 4: centre = (column + 0.5 + dx, row + 0.5 + dy) * stride; "
    "size = exp(log w, log h) * stride",
    "nms_iou": NMS_IOU,
    "nms_inside": NMS_INSIDE,
}


def describe(target: Path, threshold: float) -> dict:
    """What ``faces.json`` says of one network."""
    from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415 (needed here alone)

    interpreter = Interpreter(model_path=str(target))
    (source,), outputs = interpreter.get_input_details(), interpreter.get_output_details()
    return {
        "file": target.name,
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
        "input": {**_tensor(source), "dtype": "int8", "colour": "RGB"},
        "outputs": [
            {"stride": stride, **_tensor(output)} for stride, output in zip(STRIDES, outputs, strict=True)
        ],
        "threshold": threshold,
    }


def _tensor(details: dict) -> dict:
    scale, zero_point = details["quantization"]
    return {"shape": [int(n) for n in details["shape"]], "scale": float(scale), "zero_point": int(zero_point)}
