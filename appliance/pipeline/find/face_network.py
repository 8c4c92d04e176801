"""Face detection network: int8 TFLite files, and the JSON that describes their tensors.

A network takes a picture of one size and gives for each cell of three grids (strides 8, 16, 32) the
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
from appliance.imaging.resize import shrink_to
from appliance.inference.model_file import RESTORE, check_format, network_file, read_description
from appliance.inference.runtime import open_interpreter

FORMAT = 2
CHANNELS = 5
"""Of an output: score, dx, dy, log w, log h."""
Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Output:
    """One output tensor, int8 [1, rows, columns, 5]: score, dx, dy, log w, log h of every cell.

    real value = ``scale`` * (int8 - ``zero_point``); the score's logit is ``gain`` times its real value, the
    box in units of ``stride`` pixels and from the middle of the cell.
    """

    stride: int
    shape: tuple[int, ...]
    scale: float
    zero_point: int
    gain: float = 1.0


@dataclass(frozen=True, slots=True)
class FaceModel:
    """What ``faces.json`` says of one network. ``width``, ``height`` of the picture it looks at, pixels.

    ``border`` is the grey level round a picture of another shape. A cell counts from the confidence
    ``threshold`` on; of two boxes that overlap by ``nms_iou``, or lie in one another by ``nms_inside`` of
    the smaller, the less sure one is dropped.
    """

    path: Path
    width: int
    height: int
    border: int
    outputs: tuple[Output, ...]
    threshold: float
    nms_iou: float
    nms_inside: float


def read_models(path: Path) -> dict[str, FaceModel]:
    """Read ``faces.json``: its networks by name, ``near`` and ``far``.

    Raises ModelError if it or a network is missing, truncated, of another format or inconsistent.
    """
    described = read_description(path)
    check_format(path, described, FORMAT)
    try:
        networks = {name: described["networks"][name] for name in ("near", "far")}
        return {name: _model(path, facts, described["decode"]) for name, facts in networks.items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path} does not describe a face network: {error!r}", RESTORE) from error


def _model(path: Path, facts: dict[str, Any], decode: dict[str, Any]) -> FaceModel:
    network = network_file(path, facts)
    _, rows, pairs, channels = facts["input"]["shape"]
    if channels != 6 or facts["input"]["colour"] != "RGB":
        raise ModelError(f"{path}: the input must be pairs of RGB pixels", RESTORE)
    return FaceModel(
        path=network,
        width=2 * (int(pairs) - 1),
        height=int(rows) - 1,
        border=int(decode["border"]),
        outputs=tuple(_output(output, float(decode["score_gain"])) for output in facts["outputs"]),
        threshold=float(facts["threshold"]),
        nms_iou=float(decode["nms_iou"]),
        nms_inside=float(decode["nms_inside"]),
    )


def _output(facts: dict[str, Any], gain: float) -> Output:
    return Output(
        stride=int(facts["stride"]),
        shape=tuple(map(int, facts["shape"])),
        scale=float(facts["scale"]),
        zero_point=int(facts["zero_point"]),
        gain=gain,
    )


class FaceNetwork:
    """Finds faces with one network. ``threshold`` takes the place of the JSON's. Raises ModelError."""

    def __init__(self, model: FaceModel, threads: int = 1, threshold: float | None = None) -> None:
        self.model = model
        self._threshold = model.threshold if threshold is None else threshold
        self._interpreter = open_interpreter(model.path, threads)
        self._input = self._interpreter.get_input_details()[0]
        self._outputs = self._interpreter.get_output_details()
        self._check()
        # What the first convolution would pad is part of the input: a row above, two columns at the left.
        self._padded = np.zeros((model.height + 1, model.width + 2, 3), np.uint8)
        self._canvas = self._padded[1:, 2:]
        self._canvas[:] = model.border

    def _check(self) -> None:
        """Raise ModelError unless the network's tensors are those of the JSON."""
        wanted = [
            (1, self.model.height + 1, self.model.width // 2 + 1, 6),
            *(output.shape for output in self.model.outputs),
        ]
        tensors = [self._input, *self._outputs]
        if [tuple(map(int, t["shape"])) for t in tensors] != wanted or any(
            t["dtype"] != np.int8 for t in tensors
        ):
            raise ModelError(f"{self.model.path} has other tensors than its JSON says", RESTORE)

    def find(self, picture: Pixels) -> Floats:
        """Find the faces of a picture, [N, 5]: x, y, w, h in its pixels, confidence 0 to 1, surest first.

        ``picture``: uint8 [height, width, 3] in BGR, or [height, width] in grey; it is shrunk or enlarged to
        fit the network.
        """
        height, width = picture.shape[:2]
        scale = self.scale(picture)
        found = self.find_fitting(
            shrink_to(picture, (max(1, round(width * scale)), max(1, round(height * scale))))
        )
        found[:, :4] /= scale
        return found

    def scale(self, picture: Pixels) -> float:
        """Return pixels of what the network looks at per pixel of a picture that is fitted to it."""
        return min(self.model.width / picture.shape[1], self.model.height / picture.shape[0])

    def find_fitting(self, picture: Pixels) -> Floats:
        """Find the same in a picture that fits the network as it is: neither wider nor higher."""
        self._draw(picture)
        found = self._decode(self._run())
        kept = suppress(found[:, :2], found[:, 2:4], found[:, 4], self.model.nms_iou, self.model.nms_inside)
        return found[kept]

    def _draw(self, picture: Pixels) -> None:
        """Put the picture into the top left of the canvas in RGB."""
        down, across = picture.shape[:2]
        code = cv2.COLOR_GRAY2RGB if picture.ndim == 2 else cv2.COLOR_BGR2RGB
        self._canvas[:down, :across] = cv2.cvtColor(picture, code)
        self._canvas[down:] = self.model.border
        self._canvas[:, across:] = self.model.border

    def _run(self) -> list[NDArray[np.int8]]:
        # The input's zero point is -128 and its scale 1/255: flipping the top bit is all there is to do.
        image = (self._padded ^ 0x80).view(np.int8)
        pairs = image.reshape(1, image.shape[0], image.shape[1] // 2, 6)
        self._interpreter.set_tensor(self._input["index"], pairs)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(output["index"]) for output in self._outputs]

    def _decode(self, tensors: list[NDArray[np.int8]]) -> Floats:
        """Return [N, 5]: x, y, w, h in canvas pixels and confidence, of every cell above the threshold."""
        levels = zip(self.model.outputs, tensors, strict=True)
        return np.concatenate([decode_level(*level, threshold=self._threshold) for level in levels])


def decode_level(output: Output, values: NDArray[np.int8], threshold: float) -> Floats:
    """[N, 5]: x, y, w, h in canvas pixels and confidence of one level's cells at or above ``threshold``.

    ``values`` int8 [1, rows, columns, 5].
    """
    # Compared in int8: most cells hold no face, and need no arithmetic.
    logit = np.log(threshold / (1 - threshold))
    least = np.ceil(logit / output.gain / output.scale + output.zero_point)
    rows, columns = np.nonzero(values[0, ..., 0] >= least)
    raw = output.scale * (values[0, rows, columns].astype(np.float32) - output.zero_point)
    centre = (np.stack([columns, rows], 1) + np.float32(0.5) + raw[:, 1:3]) * output.stride
    size = np.exp(raw[:, 3:]) * output.stride
    confidence = 1 / (1 + np.exp(-output.gain * raw[:, :1]))
    found: Floats = np.concatenate([centre - size / 2, size, confidence], 1).astype(np.float32)
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
