"""Whether the frame that was kept is one of the best of its moment, worked out a second time.

Every frame of the moment is remembered here, while the appliance keeps only as many as its memory holds, and
the eyes in all of them are looked at.
"""

from collections import deque
from dataclasses import dataclass

from appliance.config.schema import MomentSettings
from appliance.pipeline.choose.eyes import all_open
from appliance.pipeline.choose.quality import marks, rate
from appliance.records.decision import Decision
from appliance.records.frame import Grey

REMEMBERED = 120
"""Frames, four seconds: longer than any moment."""


@dataclass(frozen=True)
class Rank:
    """``place`` (0: the best) of a kept frame among ``frames``."""

    place: int
    frames: int

    @property
    def among_the_best(self) -> bool:
        """Within the best tenth; of fewer than ten frames only the best one is."""
        return self.place < max(1, self.frames / 10)


class Ring:
    """Every frame of the last seconds, to rank the one that is kept."""

    def __init__(self, settings: MomentSettings) -> None:
        self._settings = settings
        self._frames: deque[tuple[Decision, Grey | None]] = deque(maxlen=REMEMBERED)
        self._triggered_at = 0.0

    def frame(self, decision: Decision) -> None:
        """The next frame, before any choice about it."""
        before = self._frames[-1][0].frame.grey if self._frames else None
        self._frames.append((decision, before))
        if decision.take_photo:
            self._triggered_at = decision.frame.captured_at

    def rank(self, kept: Decision) -> Rank:
        """Where ``kept`` stands: open eyes before closed ones, then by the appliance's marks."""
        first = self._triggered_at - self._settings.before_seconds
        last = self._triggered_at + self._settings.after_seconds
        moment = [
            (decision, before)
            for decision, before in self._frames
            if decision.keepable
            and decision.episode == kept.episode
            and first <= decision.frame.captured_at <= last
        ]
        rates = rate([marks(decision, before) for decision, before in moment])
        eyes_open = all_open([decision for decision, _ in moment])
        quality = {
            decision.frame.sequence: (opened, round(mark, 6))
            for (decision, _), opened, mark in zip(moment, eyes_open, rates, strict=True)
        }
        own = quality[kept.frame.sequence]
        return Rank(sum(other > own for other in quality.values()), len(quality))
