"""The rule on one frame: whether enough people show it, and if not, what is waited for, in words."""

import math
from dataclasses import dataclass

from appliance.config.schema import Rule
from appliance.pipeline.decide.sensitivity import level_of
from appliance.records.decision import Showing


@dataclass(frozen=True, slots=True)
class Verdict:
    """``waiting_for`` is None when the frame obeys the rule, ``doubt`` when it does so without hysteresis.

    ``level`` (0 to 1) is how near the lowest of the faces that are needed has come. ``since``: from when on
    those who are needed have been showing it, seconds; meaningless while something is waited for.
    """

    waiting_for: str | None
    doubt: str | None
    level: float
    since: float

    @property
    def keepable(self) -> bool:
        """Whether the frame may be the photo."""
        return self.waiting_for is None and self.doubt is None


def judge(rule: Rule, people: tuple[Showing, ...], newcomers: int) -> Verdict:
    """Whether this very frame may be the photo. ``newcomers`` are faces too new to be sure of."""
    counted = [one for one in people if one.person.counts]
    waiting_for = _waiting_for(rule, counted, newcomers)
    wanted = needed(rule, len(counted) + newcomers)
    plainly = sum(one.plainly for one in counted)
    return Verdict(
        waiting_for,
        None if plainly >= wanted else f"{plainly} of {wanted} show it plainly",
        _level(rule, counted, wanted),
        _since(counted, wanted),
    )


def needed(rule: Rule, present: int) -> int:
    """How many of ``present`` people must show it. At least one: a photo of nobody is none."""
    if rule.who.at_least is not None:
        return rule.who.at_least
    if rule.who.share is not None:
        return max(1, math.ceil(rule.who.share * present - 1e-9))  # 0.6 * 5 is a little above 3
    return max(1, present)


def everyone(rule: Rule) -> bool:
    """Whether the rule asks for everybody in view."""
    return rule.who.at_least is None and rule.who.share is None


def _waiting_for(rule: Rule, counted: list[Showing], newcomers: int) -> str | None:
    wrong_number = _wrong_number(rule, len(counted), newcomers)
    if wrong_number is not None:
        return wrong_number
    return _everyone(counted, newcomers) if everyone(rule) else _enough(rule, counted, newcomers)


def _wrong_number(rule: Rule, present: int, newcomers: int) -> str | None:
    if not present:
        return "nobody is there"
    if present < rule.min_faces:
        return f"{present} of at least {rule.min_faces} people are there"
    if present + newcomers > rule.max_faces:
        return f"{present + newcomers} people are there, at most {rule.max_faces} are wanted"
    return None


def _everyone(counted: list[Showing], newcomers: int) -> str | None:
    if missed := sum(not one.person.seen for one in counted):
        return f"{missed} of {len(counted)} out of sight"
    if newcomers:
        return "somebody is coming in"
    ready = sum(one.in_frame for one in counted)
    return None if ready == len(counted) else f"{ready} of {len(counted)} show it"


def _enough(rule: Rule, counted: list[Showing], newcomers: int) -> str | None:
    present, ready = len(counted) + newcomers, sum(one.in_frame for one in counted)
    wanted = needed(rule, present)
    return None if ready >= wanted else f"{ready} of {present} show it, {wanted} are needed"


def _since(counted: list[Showing], wanted: int) -> float:
    times = sorted(one.since for one in counted if one.in_frame)
    return times[wanted - 1] if len(times) >= wanted else math.inf


def _level(rule: Rule, counted: list[Showing], wanted: int) -> float:
    scores = sorted((one.score for one in counted if one.person.seen), reverse=True)
    if len(scores) < wanted:
        return 0.0
    return min(1.0, scores[wanted - 1] / level_of(rule.expression, rule.sensitivity).shows)
