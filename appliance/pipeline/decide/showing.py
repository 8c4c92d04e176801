"""Scores of people: smoothed probabilities and a verdict with hysteresis for each."""

import math
from dataclasses import dataclass

from appliance.pipeline.decide.sensitivity import Level
from appliance.records.decision import Showing
from appliance.records.faces import JudgedFace, Person

MISSED_SECONDS = 0.2
"""Seconds a face may be missed before everybody has to start over. It still blocks the photo."""


@dataclass(slots=True)
class _Score:
    value: float
    shows: bool
    updated_at: float
    since: float | None


class Scores:
    """Everybody's score from frame to frame. Time is the frames', seconds.

    ``smoothing_seconds`` is the time constant of an exponential average, independent of the frame rate.
    """

    def __init__(self, expressions: tuple[str, ...], level: Level, smoothing_seconds: float) -> None:
        self._expressions = expressions
        self._level = level
        self._smoothing = smoothing_seconds
        self._scores: dict[int, _Score] = {}

    def update(self, persons: tuple[Person, ...], now: float) -> tuple[Showing, ...]:
        """Return the scores of each of ``persons``; forget everybody else."""
        scores, result = {}, []
        for person in persons:
            old = self._scores.get(person.number)
            current = 0.0 if person.too_far else expression_probability(self._expressions, person.face)
            value = self._smoothed(old, current, now) if person.seen or old is None else old.value
            shown_before = old is not None and old.shows
            shows = value >= (self._level.stops if shown_before else self._level.shows)
            # The smoothed score trails the face; the frame itself must show it too, since it is the photo.
            in_frame = person.seen and shows and current >= self._level.stops
            # Only a frame in which everybody was judged may be the photo.
            plainly = in_frame and current >= self._level.shows and person.face.fresh
            since = self._since(person, old, shows, current, now)
            scores[person.number] = _Score(value, shows, now, since)
            result.append(
                Showing(
                    person=person,
                    score=value,
                    shows=shows,
                    current=current,
                    in_frame=in_frame,
                    plainly=plainly,
                    since=now if since is None else since,
                )
            )
        self._scores = scores
        return tuple(result)

    def _since(
        self, person: Person, old: _Score | None, shows: bool, current: float, now: float
    ) -> float | None:
        """Return since when the face shows it: the first of the frames that sufficed, not the last."""
        before = old.since if old is not None else None
        if person.seen and current >= self._level.shows:
            return now if before is None else before
        goes_on = shows if person.seen else person.missing_for <= MISSED_SECONDS
        return before if goes_on else None

    def _smoothed(self, old: _Score | None, value: float, now: float) -> float:
        if old is None or self._smoothing == 0:
            return value
        share = 1 - math.exp(-max(0.0, now - old.updated_at) / self._smoothing)
        return old.value + share * (value - old.value)


def expression_probability(expressions: tuple[str, ...], face: JudgedFace) -> float:
    """Return the probability of any of ``expressions``, given that it is a face."""
    wanted = sum(face.scores[name] for name in expressions)
    return min(1.0, wanted / max(1e-9, 1 - face.scores["not_a_face"]))
