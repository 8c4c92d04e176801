"""Running an int8 expression model with whichever TFLite runtime is installed. No PyTorch here."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.training.errors import BadDataError, TrainingError
from models.training.expression import metrics


@dataclass(frozen=True)
class Int8Model:
    """An interpreter, allocated once, and the JSON beside the file."""

    interpreter: Any
    card: dict[str, Any]

    @property
    def temperature(self) -> float:
        """Divides the logits before softmax."""
        return float(self.card["output"]["temperature"])

    def logits(self, images: np.ndarray) -> np.ndarray:
        """float32 ``[N, classes]`` for uint8 ``[N, S, S]``, resized to the network's side: the expression."""
        return self.outputs(images)[:, : len(self.card["labels"])]

    def eyes(self, images: np.ndarray) -> np.ndarray | None:
        """Probabilities float32 ``[N, 3]`` of eyes open, closed, unknown; None without such outputs."""
        states = len(self.card.get("eyes", ()))
        return metrics.softmax(self.outputs(images)[:, -states:]) if states else None

    def outputs(self, images: np.ndarray) -> np.ndarray:
        """float32 ``[N, outputs]``, all logits: expression, then eyes where the network has them."""
        given = self.interpreter.get_input_details()[0]
        source, side = given["index"], int(given["shape"][1])
        sink = self.interpreter.get_output_details()[0]
        scale, zero_point = sink["quantization"]
        rows = []
        for image in images:
            if image.shape[0] != side:
                image = cv2.resize(image, (side, side))  # noqa: PLW2901
            self.interpreter.set_tensor(
                source, (image.astype(np.int16) - 128).astype(np.int8)[None, :, :, None]
            )
            self.interpreter.invoke()
            rows.append(
                (self.interpreter.get_tensor(sink["index"])[0].astype(np.float32) - zero_point) * scale
            )
        return np.array(rows, np.float32)


def interpreter(path: Path, threads: int = 1, keep_all: bool = False) -> Any:
    """An allocated interpreter; ai-edge-litert first, then tflite-runtime.

    :param keep_all: keep what is between the layers too, to be read after each run
    :raises TrainingError: neither is installed
    :raises BadDataError: the file is missing or no TFLite model
    """
    try:
        from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415
    except ImportError:
        try:
            from tflite_runtime.interpreter import Interpreter  # noqa: PLC0415
        except ImportError:
            raise TrainingError(
                "no TFLite runtime: pip install ai-edge-litert (or tflite-runtime on 3.11)"
            ) from None
    if not path.is_file():
        raise BadDataError(f"{path}: no such model file")
    try:
        kept = {"experimental_preserve_all_tensors": True} if keep_all else {}
        loaded = Interpreter(model_path=str(path), num_threads=threads, **kept)
        loaded.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise BadDataError(
            f"{path}: not a TFLite model, or a damaged one ({str(error).splitlines()[0]})"
        ) from None
    return loaded


def last_layer_input(loaded: Any) -> Callable[[], np.ndarray]:
    """What the last fully connected layer was given in the latest run: float32 ``[F]`` from an interpreter
    with ``keep_all``.

    :raises BadDataError: it has no such layer
    """
    layers = [one for one in loaded._get_ops_details() if one["op_name"] == "FULLY_CONNECTED"]
    if not layers:
        raise BadDataError("the teacher has no fully connected layer at its end")
    index = int(layers[-1]["inputs"][0])
    scale, zero_point = next(
        one["quantization"] for one in loaded.get_tensor_details() if one["index"] == index
    )

    def features() -> np.ndarray:
        return (loaded.get_tensor(index).astype(np.float32).ravel() - zero_point) * np.float32(scale)

    return features


def load(path: Path, threads: int = 1, keep_all: bool = False) -> Int8Model:
    """A model and its JSON, which must belong to it.

    :raises BadDataError: either is missing or damaged, the sha256 is another file's, or the outputs are not
        those that the JSON names
    """
    description = path.with_name(path.name.replace("_int8.tflite", "") + ".json")
    try:
        card = json.loads(description.read_text())
    except OSError as error:
        raise BadDataError(f"{description}: {error.strerror}; it belongs beside {path.name}") from None
    except ValueError as error:
        raise BadDataError(f"{description}: not JSON ({error})") from None
    loaded = interpreter(path, threads, keep_all)
    if hashlib.sha256(path.read_bytes()).hexdigest() != card.get("sha256"):
        raise BadDataError(
            f"{path}: sha256 differs from the one in {description.name}; convert writes both together"
        )
    outputs = int(loaded.get_output_details()[0]["shape"][-1])
    named = len(card.get("labels", ())) + len(card.get("eyes", ()))
    if outputs != named:
        raise BadDataError(f"{path}: {outputs} outputs; {description.name} names {named} labels and eyes")
    return Int8Model(loaded, card)
