"""Duration for which the rule has held. Pure: time is the frames', seconds."""

import math

from appliance.config.schema import RuleSettings
from appliance.pipeline.decide import company
from appliance.pipeline.decide.company import Verdict
from appliance.pipeline.decide.showing import MISSED_SECONDS
from appliance.records.decision import Showing


class Hold:
    """Duration for which the rule has held without a break, with the same people.

    The time counts from the frame in which the last needed person began to show it, although that frame alone
    did not suffice: smoothing adds no delay. ``episode`` numbers the periods in which it holds, from 1.
    """

    def __init__(self) -> None:
        self.episode = 0
        self._earliest = -math.inf
        self._since: float | None = None
        self._frames = 0
        self._group: frozenset[int] = frozenset()
        self._in_episode = False

    def restart(self, now: float) -> None:
        """Start over with the next frame."""
        self._earliest, self._since, self._in_episode = now, None, False

    def photo(self, now: float) -> None:
        """Restart the time after a photo; the episode continues."""
        self._earliest, self._since = now, None

    def update(self, rule: RuleSettings, people: tuple[Showing, ...], verdict: Verdict, now: float) -> bool:
        """Process one more frame; return whether the rule has held for long enough."""
        counted = [showing for showing in people if showing.person.counts]
        if not self._same_company(rule, counted):
            self.restart(now)
        elif not _still_obeys(rule, counted):
            self._since, self._in_episode = None, False
        if verdict.waiting_for is None:
            self._goes_on(verdict)
        if self._since is None:
            return False
        if rule.hold_frames:
            return self._frames >= rule.hold_frames
        return now - self._since >= rule.hold_seconds - 1e-9

    def _goes_on(self, verdict: Verdict) -> None:
        if not self._in_episode:
            self.episode += 1
        self._in_episode = True
        if self._since is None:
            self._since, self._frames = max(self._earliest, verdict.since), 0
        self._frames += 1

    def _same_company(self, rule: RuleSettings, counted: list[Showing]) -> bool:
        group = frozenset(showing.person.number for showing in counted)
        same = group == self._group or rule.who.at_least is not None
        self._group = group
        return same


def _still_obeys(rule: RuleSettings, counted: list[Showing]) -> bool:
    """Return whether enough people still show it; a face may be missed for a moment."""
    still = sum(showing.shows and showing.person.missing_for <= MISSED_SECONDS for showing in counted)
    return bool(counted) and still >= company.needed(rule, len(counted))
