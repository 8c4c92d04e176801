"""Stage that judges the expression of every face with an int8 CNN."""

import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.errors import ModelError
from appliance.inference.model_file import RESTORE, check_format, network_file, read_description
from appliance.inference.runtime import open_interpreter
from appliance.line.stage import Stage
from appliance.pipeline.pace import Pace, unlimited
from appliance.pipeline.turns import Turns, Waiting
from appliance.records.faces import Face, FoundFaces, JudgedFace, JudgedFaces
from appliance.records.frame import Box, Frame, Grey
from appliance.records.labels import LABELS

SAME_FACE = 0.4
"""Intersection over union from which a face is that of the frame before."""


@dataclass(frozen=True, slots=True)
class Crop:
    """Square that the model takes, relative to a tight face box; from ``expression.json``.

    ``side`` is a multiple of sqrt(w·h), ``dx`` and ``dy`` move the centre by multiples of the same.
    """

    side: float
    dx: float
    dy: float

    def of(self, grey: Grey, box: Box, pixels: int) -> Grey:
        """Return uint8 [pixels, pixels] cut from ``grey``; outside the picture its border is repeated."""
        side = max(2.0, self.side * box.size)
        x, y = box.centre
        left = x + self.dx * box.size - side / 2
        top = y + self.dy * box.size - side / 2
        x0, y0, width = round(left), round(top), max(2, round(side))
        height, full = grey.shape
        inside = grey[max(0, y0) : max(0, y0 + width), max(0, x0) : max(0, x0 + width)]
        if inside.size == 0:
            return np.zeros((pixels, pixels), np.uint8)
        if inside.shape != (width, width):
            before = max(0, -y0), max(0, -x0)
            after = max(0, y0 + width - height), max(0, x0 + width - full)
            edges = before[0], after[0], before[1], after[1]
            inside = np.asarray(cv2.copyMakeBorder(inside, *edges, cv2.BORDER_REPLICATE), np.uint8)
        method = cv2.INTER_AREA if width > pixels else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(inside, (pixels, pixels), interpolation=method), np.uint8)


EXPRESSION_FORMAT = 2
"""Format of ``expression.json``; networks of format 1 had no outputs for eyes."""
EYES = ("open", "closed", "unknown")
"""Outputs for eyes, after those for :data:`LABELS`; a softmax of their own."""
UNKNOWN_FROM = 0.5
"""Probability of unknown from which nothing is said of the eyes."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the network says of a face; the fields are those of :class:`JudgedFace`."""

    scores: Mapping[str, float]
    eyes_open: float | None


class ExpressionModel:
    """Network in ``expression_int8.tflite``, as ``expression.json`` describes it.

    Raises ModelError when a file is missing, the two do not fit each other, or they belong to another release
    than the program.
    """

    def __init__(self, folder: Path, threads: int = 1, runtime: str | None = None) -> None:
        description = folder / "expression.json"
        facts = read_description(description)
        check_format(description, facts, EXPRESSION_FORMAT)
        try:
            labels, eyes = tuple(facts["labels"]), tuple(facts["eyes"])
            self._crop = Crop(**{key: float(facts["crop"][key]) for key in ("side", "dx", "dy")})
            self._shape = tuple(facts["input"]["shape"])
            self._scale, self._zero = float(facts["output"]["scale"]), int(facts["output"]["zero_point"])
            self._temperature = float(facts["output"].get("temperature", 1.0))
            meaning = str(facts["output"]["meaning"])
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"{description} does not describe a model: {error!r}", RESTORE) from error
        for name, found, expected in (
            ("labels", labels, LABELS),
            ("eyes", eyes, EYES),
            ("output", meaning, "logits"),
        ):
            if found != expected:
                raise ModelError(f"{description}: {name} {found} instead of {expected}", RESTORE)
        path = network_file(description, facts)
        self._interpreter = open_interpreter(path, threads, runtime)
        ends = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        if [len(details) for details in ends] != [1, 1]:
            raise ModelError(f"{path} has not one input and one output, as {description} says", RESTORE)
        (self._input,), (self._output,) = ends
        actual = tuple(int(n) for n in self._input["shape"]), self._input["dtype"]
        if actual != (self._shape, np.int8):
            raise ModelError(f"{path} takes {actual}, {description} says {self._shape} of int8", RESTORE)
        outputs, described = tuple(int(n) for n in self._output["shape"]), (1, len(LABELS) + len(EYES))
        if outputs != described:
            raise ModelError(
                f"{path} has outputs of shape {outputs}, {description} says {described}", RESTORE
            )

    def judge(self, grey: Grey, box: Box) -> Judgement:
        """Return what the network says of the face in ``box`` of ``grey`` (uint8 [height, width])."""
        return self.judge_crop(self.crop(grey, box))

    def crop(self, grey: Grey, box: Box) -> Grey:
        """Return the network's input for a face: uint8 [side, side]."""
        return self._crop.of(grey, box, self._shape[1])

    def judge_crop(self, face: Grey) -> Judgement:
        """Return what the network says of one crop (uint8 [side, side])."""
        logits = self._logits(face)
        scores = _softmax(logits[: len(LABELS)] / self._temperature)
        opened, closed, unknown = _softmax(logits[len(LABELS) :]).tolist()
        return Judgement(
            scores=dict(zip(LABELS, scores.tolist(), strict=True)),
            eyes_open=None if unknown >= UNKNOWN_FROM else opened / (opened + closed),
        )

    def _logits(self, face: Grey) -> NDArray[np.float64]:
        """Return float64 [11]: the outputs for LABELS, then those for EYES."""
        quantized = (face.astype(np.int16) - 128).astype(np.int8)
        self._interpreter.set_tensor(self._input["index"], quantized.reshape(self._shape))
        self._interpreter.invoke()
        raw = self._interpreter.get_tensor(self._output["index"])[0]
        result: NDArray[np.float64] = (raw.astype(np.float64) - self._zero) * self._scale
        return result


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return probabilities, each at least 1e-9, that sum to 1."""
    values = np.maximum(np.exp(logits - logits.max()), 1e-9)
    result: NDArray[np.float64] = values / values.sum()
    return result


@dataclass(frozen=True, slots=True)
class _Judged:
    """A face of the last frame, and when it was judged, seconds."""

    box: Box
    judgement: Judgement
    at: float


class ExpressionJudge(Stage[FoundFaces, JudgedFaces]):
    """Stage that judges the faces of a frame: those whose turn it is, the others as shortly before.

    ``rejected_from``: probability of not_a_face from which a find is dropped. ``still``: for single pictures,
    where every face is judged.
    """

    name = "judge expressions"
    capacity = 1  # as for finding faces: on most boards this takes as long

    def __init__(
        self, model: ExpressionModel, rejected_from: float, pace: Pace | None = None, still: bool = False
    ) -> None:
        self._model = model
        self._rejected_from = rejected_from
        self._pace = pace or unlimited()
        self._turns = None if still else Turns(self._pace)
        self._last: list[_Judged] = []

    def process(self, found: FoundFaces) -> tuple[JudgedFaces]:
        """See :class:`Stage` and :meth:`judge`."""
        return (self.judge(found),)

    def judge(self, found: FoundFaces) -> JudgedFaces:
        """Score each face, and drop what the model calls not_a_face."""
        now = found.frame.captured_at
        before = self._before(found.faces, now)
        chosen = self._chosen(found.faces, before, now)
        self._last = [
            _Judged(face.box, self._judgement(found.frame, face.box), now)
            if known is None or place in chosen
            else replace(known, box=face.box)
            for place, (face, known) in enumerate(zip(found.faces, before, strict=True))
        ]
        faces = tuple(
            JudgedFace(
                box=face.box,
                confidence=face.confidence,
                scores=judged.judgement.scores,
                eyes_open=judged.judgement.eyes_open,
                fresh=judged.at == now,
            )
            for face, judged in zip(found.faces, self._last, strict=True)
            if not self._rejected(judged)
        )
        return JudgedFaces(frame=found.frame, faces=faces)

    def _judgement(self, frame: Frame, box: Box) -> Judgement:
        return self._pace.judgement.run(lambda: self._model.judge(frame.grey, box))

    def _rejected(self, judged: _Judged) -> bool:
        return judged.judgement.scores["not_a_face"] >= self._rejected_from

    def _before(self, faces: Sequence[Face], now: float) -> list[_Judged | None]:
        """Return the last judgement of each face, None for a new one."""
        left = [judged for judged in self._last if judged.at < now]  # or time went back
        found: list[_Judged | None] = []
        for face in faces:
            nearest = max(left, key=lambda judged: judged.box.iou(face.box), default=None)
            if nearest is None or nearest.box.iou(face.box) < SAME_FACE:
                found.append(None)
            else:
                left.remove(nearest)
                found.append(nearest)
        return found

    def _chosen(self, faces: Sequence[Face], before: Sequence[_Judged | None], now: float) -> Container[int]:
        if self._turns is None:
            return range(len(faces))
        waiting = [
            Waiting(
                face.box,
                math.inf if known is None else now - known.at,
                known is not None and self._rejected(known),
            )
            for face, known in zip(faces, before, strict=True)
        ]
        return self._turns.choose(waiting, now)
