"""Pipeline data for tests: frames without pixels worth looking at, faces with chosen scores, decisions."""

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

from appliance.light.states import State
from appliance.records.decision import Decision, Reason, ReasonKind, Showing
from appliance.records.faces import JudgedFace, JudgedFaces, People, Person
from appliance.records.frame import Box, Colour, Frame, Picture
from appliance.records.labels import LABELS

BLANK = np.zeros((48, 64, 3), np.uint8)
TINY = np.zeros((1, 1, 3), np.uint8)
"""A frame in which there is nothing to measure: for sequences by the hundred thousand."""
TINY_GREY, TINY_PICTURE = TINY[:, :, 0], Picture(width=1, height=1, convert=lambda: TINY)


def frame(time: float, sequence: int = 0, pixels: Colour = BLANK) -> Frame:
    """A black frame captured at ``time`` seconds."""
    if pixels is TINY:
        return Frame(
            sequence=sequence, captured_at=time, convert=lambda: TINY, grey=TINY_GREY, picture=TINY_PICTURE
        )
    height, width, _ = pixels.shape
    picture = Picture(width=width, height=height, convert=lambda: pixels)
    return Frame(
        sequence=sequence, captured_at=time, convert=lambda: pixels, grey=pixels[:, :, 0], picture=picture
    )


def face(happy: float, x: float = 10.0, y: float = 10.0, size: float = 40.0) -> JudgedFace:
    """A face that is happy with this probability and neutral with the rest."""
    scores = dict.fromkeys(LABELS, 0.0) | {"happy": happy, "neutral": 1.0 - happy}
    return JudgedFace(box=Box(x, y, size, size), confidence=1.0, scores=scores)


@functools.lru_cache(4096)
def person(number: int, happy: float | None, x: float = 10.0) -> Person:
    """Somebody followed who is happy with this probability; None: who is missed in this frame."""
    seen = happy is not None
    return Person(
        number=number,
        face=face(happy or 0.0, x),
        seen=seen,
        missing_for=0.0 if seen else 0.1,
    )


def judged(time: float, *faces: JudgedFace) -> JudgedFaces:
    """A frame with these faces."""
    return JudgedFaces(frame=frame(time), faces=faces)


def people(
    time: float,
    happy: Mapping[int, float | None],
    newcomers: int = 0,
    x: float = 10.0,
    pixels: Colour = BLANK,
) -> People:
    """Persons by number with their happiness; None: somebody followed who is missed in this frame."""
    persons = tuple(person(number, value, x) for number, value in happy.items())
    return People(frame=frame(time, pixels=pixels), persons=persons, newcomers=newcomers)


def showing_of(one: Person, level: float = 0.5) -> Showing:
    """How somebody stands to the rule who shows it from this probability of being happy on."""
    happy = one.face.scores["happy"]
    return Showing(person=one, score=happy, shows=happy > level)


def decision_on(of: Frame, **facts: Any) -> Decision:
    """A decision on this frame, armed and waiting, with nobody in it; ``facts`` take the place of these."""
    waiting: dict[str, Any] = {
        "people": (),
        "armed": True,
        "all_show": False,
        "take_photo": False,
        "light": State.WAITING,
        "reason": Reason(kind=ReasonKind.NOBODY),
    }
    return Decision(frame=of, **(waiting | facts))


def photo_on(of: Frame, **facts: Any) -> Decision:
    """The decision to take a photo with this frame."""
    taken: dict[str, Any] = {
        "all_show": True,
        "take_photo": True,
        "light": State.PHOTO,
        "reason": Reason(kind=ReasonKind.PHOTO),
    }
    return decision_on(of, **(taken | facts))
