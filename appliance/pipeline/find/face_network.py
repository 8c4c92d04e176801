"""Face detection network: an int8 TFLite file, and the JSON that describes its tensors.

The network takes a letterboxed picture and gives for each cell of three grids (strides 8, 16, 32) the
confidence that a face is centred there, and its box. This module holds the arithmetic after the network:
decoding as in YOLOX (Ge et al. 2021, arXiv:2107.08430), then greedy non-maximum suppression.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.errors import ModelError
from appliance.inference.model_file import RESTORE, network_file, read_description
from appliance.inference.runtime import open_interpreter

FORMAT = 1
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Output:
    """One output tensor: ``kind`` is ``score`` (logit) or ``box`` (dx, dy, log w, log h in strides).

    real value = ``scale`` * (int8 - ``zero_point``); ``shape`` is [1, rows, columns, channels]. A cell of
    a score counts from the confidence ``threshold`` on.
    """

    kind: str
    stride: int
    shape: tuple[int, ...]
    scale: float
    zero_point: int
    threshold: float = 0.5


@dataclass(frozen=True, slots=True)
class FaceModel:
    """What ``faces.json`` says. ``width``, ``height`` of the input in pixels; ``border`` is the grey level
    round a picture of another shape; of two boxes that overlap by
    ``nms_iou``, or lie in one another by ``nms_inside`` of the smaller, the less sure one is dropped.
    """

    path: Path
    width: int
    height: int
    border: int
    outputs: tuple[Output, ...]
    nms_iou: float
    nms_inside: float


def read_model(path: Path) -> FaceModel:
    """Read ``faces.json``. Raises ModelError if it or the network is missing, truncated or inconsistent."""
    described = read_description(path)
    if described.get("format") != FORMAT:
        raise ModelError(f"{path} has format {described.get('format')}, not {FORMAT}", RESTORE)
    network = network_file(path, described)
    try:
        _, height, width, channels = described["input"]["shape"]
        if channels != 3 or described["input"]["colour"] != "RGB":
            raise ModelError(f"{path}: the input must be RGB", RESTORE)
        return FaceModel(
            path=network,
            width=int(width),
            height=int(height),
            border=int(described["decode"]["border"]),
            outputs=tuple(_output(facts, float(described["threshold"])) for facts in described["outputs"]),
            nms_iou=float(described["nms_iou"]),
            nms_inside=float(described["nms_inside"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path} does not describe a face network: {error!r}", RESTORE) from error


def _output(facts: dict[str, Any], threshold: float) -> Output:
    return Output(
        kind=str(facts["kind"]),
        stride=int(facts["stride"]),
        shape=tuple(map(int, facts["shape"])),
        scale=float(facts["scale"]),
        zero_point=int(facts["zero_point"]),
        threshold=float(facts.get("threshold", threshold)),
    )


class FaceNetwork:
    """Finds faces with the network. ``threshold`` takes the place of all of the JSON's."""

    def __init__(self, path: Path, threads: int = 1, threshold: float | None = None) -> None:
        self.model = read_model(path)
        self._threshold = threshold
        self._interpreter = open_interpreter(self.model.path, threads)
        self._input = self._interpreter.get_input_details()[0]
        self._outputs = self._interpreter.get_output_details()
        self._check()
        self._canvas = np.full((self.model.height, self.model.width, 3), self.model.border, np.uint8)

    def _check(self) -> None:
        """Raise ModelError unless the network's tensors are those of the JSON."""
        wanted = [
            (1, self.model.height, self.model.width, 3),
            *(output.shape for output in self.model.outputs),
        ]
        tensors = [self._input, *self._outputs]
        if [tuple(map(int, t["shape"])) for t in tensors] != wanted or any(
            t["dtype"] != np.int8 for t in tensors
        ):
            raise ModelError(f"{self.model.path} has other tensors than its JSON says", RESTORE)

    def find(self, picture: NDArray[np.uint8]) -> list[tuple[float, float, float, float, float]]:
        """Find the faces of a picture: x, y, w, h in its pixels and confidence 0 to 1, surest first.

        ``picture``: uint8 [height, width, 3] in BGR, or [height, width] in grey.
        """
        scale = self._letterbox(picture)
        found = self._decode(self._run())
        corner = found[:, :2] / scale
        size = found[:, 2:4] / scale
        kept = suppress(corner, size, found[:, 4], self.model.nms_iou, self.model.nms_inside)
        return [
            (float(x), float(y), float(w), float(h), float(confidence))
            for (x, y), (w, h), confidence in zip(corner[kept], size[kept], found[kept, 4], strict=True)
        ]

    def _letterbox(self, picture: NDArray[np.uint8]) -> float:
        """Put the picture into the top left of the canvas in RGB; returns canvas pixels per picture pixel."""
        height, width = picture.shape[:2]
        scale = min(self.model.width / width, self.model.height / height)
        across, down = max(1, round(width * scale)), max(1, round(height * scale))
        # Averaging costs as much as half the network, and pays only where bilinear would skip pixels.
        way = cv2.INTER_AREA if scale < 0.6 else cv2.INTER_LINEAR
        small = cv2.resize(picture, (across, down), interpolation=way)
        code = cv2.COLOR_GRAY2RGB if picture.ndim == 2 else cv2.COLOR_BGR2RGB
        self._canvas[:down, :across] = cv2.cvtColor(small, code)
        self._canvas[down:] = self.model.border
        self._canvas[:, across:] = self.model.border
        return scale

    def _run(self) -> list[NDArray[np.int8]]:
        # The input's zero point is -128 and its scale 1/255: flipping the top bit is all there is to do.
        image = (self._canvas ^ 0x80).view(np.int8)[None]
        self._interpreter.set_tensor(self._input["index"], image)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(output["index"]) for output in self._outputs]

    def _decode(self, tensors: list[NDArray[np.int8]]) -> Floats:
        """[N, 5]: x, y, w, h in canvas pixels and confidence, of every cell above the threshold."""
        outputs = self.model.outputs
        pairs = zip(outputs[::2], outputs[1::2], tensors[::2], tensors[1::2], strict=True)
        return np.concatenate([decode_level(*pair, threshold=self._threshold) for pair in pairs])


def decode_level(
    score: Output,
    box: Output,
    score_values: NDArray[Any],
    box_values: NDArray[Any],
    threshold: float | None = None,
) -> Floats:
    """[N, 5]: x, y, w, h in canvas pixels and confidence of one level's cells at or above ``threshold``.

    The threshold is the score's own where none is given.

    ``score_values`` int8 [1, rows, columns, 1] and ``box_values`` int8 [1, rows, columns, 4].
    """
    least = score.threshold if threshold is None else threshold
    logit = np.float32(np.log(least / (1 - least)))
    logits = score.scale * (score_values[0, ..., 0].astype(np.float32) - score.zero_point)
    rows, columns = np.nonzero(logits >= logit)
    raw = box.scale * (box_values[0, rows, columns].astype(np.float32) - box.zero_point)
    centre = (np.stack([columns, rows], 1) + np.float32(0.5) + raw[:, :2]) * box.stride
    size = np.exp(raw[:, 2:]) * box.stride
    confidence = 1 / (1 + np.exp(-logits[rows, columns]))
    found: Floats = np.concatenate([centre - size / 2, size, confidence[:, None]], 1).astype(np.float32)
    return found


def suppress(corner: Floats, size: Floats, confidence: Floats, iou: float, inside: float) -> NDArray[np.intp]:
    """Greedy non-maximum suppression: indices of the boxes that stay, surest first.

    ``corner`` and ``size`` [N, 2]. A box is dropped when a surer one overlaps it by ``iou``, or their common
    area is ``inside`` of the smaller one: an eye and a mouth are not a second face.
    """
    order = np.argsort(-confidence, kind="stable")
    area = size.prod(1)
    kept: list[int] = []
    while len(order):
        best, order = order[0], order[1:]
        kept.append(int(best))
        low = np.maximum(corner[best], corner[order])
        high = np.minimum(corner[best] + size[best], corner[order] + size[order])
        common = np.maximum(high - low, 0).prod(1)
        overlapping = common >= iou * (area[best] + area[order] - common)
        order = order[~overlapping & (common < inside * np.minimum(area[best], area[order]))]
    return np.array(kept, np.intp)
