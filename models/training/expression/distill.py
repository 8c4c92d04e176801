"""Soft targets from a trained network: crowd votes smoothed by it, and a guess where nobody voted."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from models.training.expression.batches import Mined, Samples
from models.training.expression.inference import FloatModel
from models.training.expression.labels import NOT_A_FACE
from models.training.expression.metrics import softmax

GUESS_WEIGHT = 0.8  # of a row that has the teacher's word alone


def taught(teacher: Path, voted: Samples, mined: Mined | None, share: float) -> tuple[Samples, Mined | None]:
    """The same pictures with targets from the teacher.

    Ten votes are a noisy draw from what a large crowd would say; a network fitted to all rows is a second
    opinion (Furlanello et al. 2018, born-again networks). The teacher sees each picture and its mirror
    image, unaugmented.

    :param share: of the teacher in the targets of ``voted``; the votes keep the rest
    """
    model = FloatModel(teacher)
    mixed = (1 - share) * voted.targets + share * _opinion(model, voted.images)
    if mined:
        guess = _opinion(model, mined.faces.images)
        guess[:, NOT_A_FACE] = 0  # people labelled these as faces
        guess /= guess.sum(1, keepdims=True)
        mined = replace(mined, faces=Samples(mined.faces.images, guess, mined.faces.weights * GUESS_WEIGHT))
    return Samples(voted.images, mixed, voted.weights), mined


def _opinion(model: FloatModel, images: np.ndarray) -> np.ndarray:
    mirrored = np.ascontiguousarray(images[:, :, ::-1])
    return (softmax(model.logits(images)) + softmax(model.logits(mirrored))).astype(np.float32) / 2
