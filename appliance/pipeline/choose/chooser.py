"""Chooses the best frame of the moment, from a short ring of full-resolution frames around the trigger.

The ring holds only frames that satisfy the rule by themselves, without hysteresis, and belong to the episode
that led to the trigger: everybody shows the expression in any frame chosen.
"""

import logging
import math
from dataclasses import dataclass, replace

from appliance.config.schema import MomentSettings
from appliance.line.stage import Stage
from appliance.pipeline.choose.eyes import EyesOpen, all_open
from appliance.pipeline.choose.quality import Marks, marks, rate
from appliance.records.decision import Decision, Reason, ReasonKind
from appliance.records.frame import Grey

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """Frame that may become the photo."""

    decision: Decision
    marks: Marks

    @property
    def time(self) -> float:
        """Capture time, seconds."""
        return self.decision.frame.captured_at


class Chooser(Stage[Decision, Decision]):
    """Stage that chooses. It passes on only the ``burst`` chosen decisions, with ``take_photo`` set.

    A photo that somebody requested is passed on unchanged, at once.
    """

    name = "choose best"
    capacity = 2
    """Frames wait only during the choice at the end of a moment; each of them holds a full picture."""

    def __init__(self, settings: MomentSettings, eyes_open: EyesOpen = all_open) -> None:
        self._settings = settings
        self._eyes_open = eyes_open
        self._ring: list[Candidate] = []
        self._episode = 0
        self._triggered_at: float | None = None
        self._before: Grey | None = None
        self._alone_until = -math.inf

    def use(self, settings: MomentSettings) -> None:
        """Use other settings from the next frame on. Any thread."""
        self._settings = settings

    def is_precious(self, decision: Decision) -> bool:
        """Return whether a photo was decided: its cooldown has begun, so it will not be decided again."""
        return decision.take_photo

    def process(self, decision: Decision) -> list[Decision]:
        """Return the photos once the moment is over, and nothing before."""
        chosen = [decision] if decision.asked else []
        triggered = decision.take_photo and not decision.asked
        if self._moment_is_over(decision) or (triggered and self._triggered_at is not None):
            chosen += self._choose()
        self._remember(decision)
        if triggered:
            self._triggered_at = decision.frame.captured_at
            if self._settings.after_seconds == 0:
                chosen += self._choose()
        return chosen

    def flush(self) -> list[Decision]:
        """Return the photos of an interrupted moment: a decided photo does not wait for the camera."""
        return self._choose() if self._triggered_at is not None else []

    def _moment_is_over(self, decision: Decision) -> bool:
        if self._triggered_at is None:
            return False
        age = decision.frame.captured_at - self._triggered_at
        return not 0 <= age <= self._settings.after_seconds or decision.episode not in {0, self._episode}

    def _remember(self, decision: Decision) -> None:
        before, self._before = self._before, decision.frame.grey
        if not decision.episode:
            return
        if decision.episode != self._episode:
            self._ring.clear()
            self._episode = decision.episode
            self._alone_until = -math.inf
        self._alone_until = max(self._alone_until, decision.frame.seen_until)
        if not decision.keepable:
            return
        if before is not None and before.shape != decision.frame.grey.shape:
            before = None
        waiting = replace(decision, frame=decision.frame.without_colours())
        self._ring.append(Candidate(waiting, marks(decision, before)))
        if self._triggered_at is None:
            now = decision.frame.captured_at
            oldest = now - self._settings.before_seconds
            self._ring = [candidate for candidate in self._ring if oldest <= candidate.time <= now]
        while len(self._ring) > 1 and self._bytes() > self._settings.memory_mb * 1_000_000:
            del self._ring[_expendable(self._ring)]

    def _bytes(self) -> int:
        return sum(candidate.decision.frame.picture.bytes_held for candidate in self._ring)

    def _choose(self) -> list[Decision]:
        assert self._triggered_at is not None
        decided_at, self._triggered_at = self._triggered_at, None
        # Between two searches of the whole picture a newcomer is not detected: use such frames only at need.
        ring = [candidate for candidate in self._ring if candidate.time <= self._alone_until] or self._ring
        self._ring = []
        best = self._best_first(ring, decided_at)[: self._settings.burst]
        log.debug("Best %d of %d frames", len(best), len(ring))
        return [
            replace(
                candidate.decision,
                take_photo=True,
                reason=Reason(kind=ReasonKind.PHOTO),
                decided_at=decided_at,
            )
            for candidate in best
        ]

    def _best_first(self, ring: list[Candidate], triggered_at: float) -> list[Candidate]:
        """Sort by open eyes first, then by marks; among equals the one nearest the trigger comes first."""
        rates = rate([candidate.marks for candidate in ring])
        rated = sorted(
            zip(rates, ring, strict=True),
            key=lambda pair: (-round(pair[0], 6), abs(pair[1].time - triggered_at)),
        )
        ranked = [candidate for _, candidate in rated]
        if not self._settings.eyes_open:
            return ranked
        eyes_open = self._eyes_open([candidate.decision for candidate in ranked])
        by_eyes = sorted(zip(ranked, eyes_open, strict=True), key=lambda pair: not pair[1])
        return [candidate for candidate, _ in by_eyes]


def _expendable(ring: list[Candidate]) -> int:
    """Return the index of the frame to drop: the worse of the two nearest in time.

    So the remaining frames are spread over the moment, and not all within one blink.
    """
    rates = rate([candidate.marks for candidate in ring])
    first = min(range(len(ring) - 1), key=lambda i: ring[i + 1].time - ring[i].time)
    return min((first, first + 1), key=rates.__getitem__)
