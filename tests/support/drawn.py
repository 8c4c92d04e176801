"""Decisions to draw, with grey pictures on which every stroke can be counted."""

import numpy as np

from appliance.hw.cameras.convert import make_frame
from appliance.records.decision import Decision, Showing
from appliance.records.faces import JudgedFace, Person
from appliance.records.frame import Box, Colour
from appliance.records.labels import LABELS
from tests.support.strategies import decision_on


def somebody(number: int, x: float, happy: float, *, shows: bool, seen: bool = True) -> Showing:
    scores = dict.fromkeys(LABELS, 0.0) | {"happy": happy, "neutral": 1 - happy}
    face = JudgedFace(box=Box(x, 150, 90, 110), confidence=1.0, scores=scores)
    person = Person(number=number, face=face, seen=seen)
    return Showing(person=person, score=happy, shows=shows)


def decided(time: float, *people: Showing, size: tuple[int, int] = (640, 480)) -> Decision:
    picture = np.full((size[1], size[0], 3), 90, np.uint8)
    frame = make_frame(round(time * 10), time, picture, (640, 480))
    everybody = bool(people) and all(one.shows for one in people)
    return decision_on(frame, people=people, all_show=everybody)


def count(picture: Colour, colour: tuple[int, int, int]) -> int:
    """Pixels of exactly this colour."""
    return int((picture == colour).all(axis=2).sum())
