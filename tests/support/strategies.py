"""Pieces of pipeline data for tests: frames without pixels worth looking at, faces with chosen scores."""

import functools

import numpy as np

from appliance.records.faces import JudgedFace, JudgedFaces, People, Person
from appliance.records.frame import Box, Frame, Picture
from appliance.records.labels import LABELS

BLANK = np.zeros((48, 64, 3), np.uint8)
TINY = np.zeros((1, 1, 3), np.uint8)
"""A frame in which there is nothing to measure: for sequences by the hundred thousand."""
TINY_GREY, TINY_PICTURE = TINY[:, :, 0], Picture(1, 1, lambda: TINY)


def frame(time: float, sequence: int = 0, pixels: np.ndarray = BLANK) -> Frame:
    """A black frame captured at ``time`` seconds."""
    if pixels is TINY:
        return Frame(sequence, time, TINY, TINY_GREY, TINY_PICTURE)
    height, width, _ = pixels.shape
    return Frame(sequence, time, pixels, pixels[:, :, 0], Picture(width, height, lambda: pixels))


def face(happy: float, x: float = 10.0, y: float = 10.0, size: float = 40.0) -> JudgedFace:
    """A face that is happy with this probability and neutral with the rest."""
    scores = dict.fromkeys(LABELS, 0.0) | {"happy": happy, "neutral": 1.0 - happy}
    return JudgedFace(Box(x, y, size, size), 1.0, scores)


@functools.lru_cache(4096)
def person(number: int, happy: float | None, x: float = 10.0) -> Person:
    """Somebody followed who is happy with this probability; None: who is missed in this frame."""
    seen = happy is not None
    return Person(number, face(happy or 0.0, x), seen, 0.0, 0.0 if seen else 0.1)


def judged(time: float, *faces: JudgedFace) -> JudgedFaces:
    """A frame with these faces."""
    return JudgedFaces(frame(time), faces)


def people(
    time: float,
    happy: dict[int, float | None],
    newcomers: int = 0,
    x: float = 10.0,
    pixels: np.ndarray = BLANK,
) -> People:
    """Persons by number with their happiness; None: somebody followed who is missed in this frame."""
    persons = tuple(person(number, value, x) for number, value in happy.items())
    return People(frame(time, pixels=pixels), persons, newcomers)
