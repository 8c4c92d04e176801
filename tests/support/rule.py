"""A group in front of the rule: what everybody shows, frame by frame, and the photos that it takes."""

from collections.abc import Mapping, Sequence

from appliance.pipeline.decide.decider import Decider
from appliance.pipeline.decide.sensitivity import level_of
from appliance.records.decision import Decision, Reason, ReasonKind
from tests.support.strategies import people

STEP = 1 / 30
SMILE, GRIN, SAD = 0.95, 0.99, 0.05
LEVEL = level_of(("happy",), "normal")
FAINT = (LEVEL.shows + LEVEL.stops) / 2
"""Enough to go on smiling, not to begin."""


def play(
    decider: Decider, scenes: Sequence[Mapping[int, float | None]], start: float = 0.0
) -> list[Decision]:
    """One decision a frame, at 30 frames a second."""
    return [decider.decide(people(start + i * STEP, scene)) for i, scene in enumerate(scenes)]


def photos(decisions: list[Decision]) -> int:
    return sum(decision.take_photo for decision in decisions)


def not_everybody(showing: int, of: int) -> Reason:
    """What is waited for where so many of so many show it."""
    return Reason(kind=ReasonKind.NOT_EVERYBODY, people=of, showing=showing, needed=of)
