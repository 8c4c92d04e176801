"""Running an int8 expression model with whichever TFLite runtime is installed. No PyTorch here."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.training.errors import BadDataError, TrainingError


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
        """float32 ``[N, classes]`` for uint8 ``[N, S, S]``, resized to the network's side."""
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


def interpreter(path: Path, threads: int = 1) -> Any:
    """An allocated interpreter; ai-edge-litert first, then tflite-runtime.

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
        loaded = Interpreter(model_path=str(path), num_threads=threads)
        loaded.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise BadDataError(
            f"{path}: not a TFLite model, or a damaged one ({str(error).splitlines()[0]})"
        ) from None
    return loaded


def load(path: Path, threads: int = 1) -> Int8Model:
    """A model and its JSON, which must belong to it.

    :raises BadDataError: either is missing or damaged, or the sha256 is another file's
    """
    description = path.with_name(path.name.replace("_int8.tflite", "") + ".json")
    try:
        card = json.loads(description.read_text())
    except OSError as error:
        raise BadDataError(f"{description}: {error.strerror}; it belongs beside {path.name}") from None
    except ValueError as error:
        raise BadDataError(f"{description}: not JSON ({error})") from None
    loaded = interpreter(path, threads)
    if hashlib.sha256(path.read_bytes()).hexdigest() != card.get("sha256"):
        raise BadDataError(
            f"{path}: sha256 differs from the one in {description.name}; convert writes both together"
        )
    return Int8Model(loaded, card)
