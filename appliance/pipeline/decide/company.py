"""The rule on one frame: whether enough people show it, and if not, what it waits for."""

import math
from dataclasses import dataclass

from appliance.config.schema import RuleSettings
from appliance.pipeline.decide.sensitivity import level_of
from appliance.records.decision import Reason, ReasonKind, Showing


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Verdict on one frame.

    ``waiting_for`` is None when the frame satisfies the rule, ``doubt`` when it does so without hysteresis.
    ``lacking``: how many more people must show it. ``level`` (0 to 1) is the nearness of the lowest needed
    face. ``since``: since when all needed people have been showing it, seconds; meaningless while
    ``waiting_for`` is set.
    """

    waiting_for: Reason | None
    doubt: Reason | None
    lacking: int
    level: float
    since: float

    @property
    def keepable(self) -> bool:
        """Whether the frame may be the photo."""
        return self.waiting_for is None and self.doubt is None


def verdict_on(rule: RuleSettings, people: tuple[Showing, ...], newcomers: int) -> Verdict:
    """Judge whether this frame may be the photo. ``newcomers`` are faces too new to be sure of."""
    counted = [showing for showing in people if showing.person.counts]
    waiting_for = _waiting_for(rule, counted, newcomers)
    wanted = needed(rule, len(counted) + newcomers)
    plainly = sum(showing.plainly for showing in counted)
    doubt = Reason(kind=ReasonKind.NOT_PLAINLY, showing=plainly, needed=wanted)
    return Verdict(
        waiting_for=waiting_for,
        doubt=None if plainly >= wanted else doubt,
        lacking=max(0, wanted - sum(showing.shows and showing.person.seen for showing in counted)),
        level=_level(rule, counted, wanted),
        since=_since(counted, wanted),
    )


def needed(rule: RuleSettings, present: int) -> int:
    """Return how many of ``present`` people must show it, at least one."""
    if rule.who.at_least is not None:
        return rule.who.at_least
    if rule.who.share is not None:
        return max(1, math.ceil(rule.who.share * present - 1e-9))  # 0.6 * 5 is a little above 3
    return max(1, present)


def everyone(rule: RuleSettings) -> bool:
    """Return whether the rule asks for everybody in view."""
    return rule.who.at_least is None and rule.who.share is None


def _waiting_for(rule: RuleSettings, counted: list[Showing], newcomers: int) -> Reason | None:
    wrong_number = _wrong_number(rule, len(counted), newcomers)
    if wrong_number is not None:
        return wrong_number
    too_far = _too_far(rule, counted, newcomers)
    if too_far is not None:
        return too_far
    return _everyone(counted, newcomers) if everyone(rule) else _enough(rule, counted, newcomers)


def _wrong_number(rule: RuleSettings, present: int, newcomers: int) -> Reason | None:
    if not present:
        return Reason(kind=ReasonKind.NOBODY)
    if present < rule.min_faces:
        return Reason(kind=ReasonKind.TOO_FEW, people=present, needed=rule.min_faces)
    if present + newcomers > rule.max_faces:
        return Reason(kind=ReasonKind.TOO_MANY, people=present + newcomers, needed=rule.max_faces)
    return None


def _too_far(rule: RuleSettings, counted: list[Showing], newcomers: int) -> Reason | None:
    """Return the reason if as many as are needed are here, but only with those too far away to be judged."""
    far = sum(showing.person.too_far for showing in counted)
    present = len(counted) + newcomers
    wanted = needed(rule, present)
    if not far or not present - far < wanted <= present:
        return None
    return Reason(kind=ReasonKind.TOO_FAR, people=present, missing=far, needed=wanted)


def _everyone(counted: list[Showing], newcomers: int) -> Reason | None:
    if missed := sum(not showing.person.seen for showing in counted):
        return Reason(kind=ReasonKind.OUT_OF_SIGHT, people=len(counted), missing=missed)
    if newcomers:
        return Reason(kind=ReasonKind.COMING_IN)
    ready = sum(showing.in_frame for showing in counted)
    if ready == len(counted):
        return None
    return Reason(kind=ReasonKind.NOT_EVERYBODY, people=len(counted), showing=ready, needed=len(counted))


def _enough(rule: RuleSettings, counted: list[Showing], newcomers: int) -> Reason | None:
    present, ready = len(counted) + newcomers, sum(showing.in_frame for showing in counted)
    wanted = needed(rule, present)
    if ready >= wanted:
        return None
    return Reason(kind=ReasonKind.NOT_ENOUGH, people=present, showing=ready, needed=wanted)


def _since(counted: list[Showing], wanted: int) -> float:
    times = sorted(showing.since for showing in counted if showing.in_frame)
    return times[wanted - 1] if len(times) >= wanted else math.inf


def _level(rule: RuleSettings, counted: list[Showing], wanted: int) -> float:
    scores = sorted((showing.score for showing in counted if showing.person.seen), reverse=True)
    if len(scores) < wanted:
        return 0.0
    return min(1.0, scores[wanted - 1] / level_of(rule.expression, rule.sensitivity).shows)
