"""Expressions over the last minutes: numbers, never pictures, and only in memory."""

import csv
import io
from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from appliance.records.labels import EXPRESSIONS

SAMPLE_SECONDS = 0.5
MOST_PEOPLE = 32
"""People kept per sample; the average still covers everybody."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One moment: ``time`` in seconds of the wall clock, scores in the order of EXPRESSIONS.

    ``mean`` is the average over everybody in view, ``share`` the part of them whose strongest expression it
    is; both empty when nobody is in view. ``people`` holds a person's number and scores.
    """

    time: float
    count: int
    mean: "array[float]"
    share: "array[float]"
    people: tuple[tuple[int, "array[float]"], ...]


class History:
    """The samples of the last ``minutes``, two a second at most."""

    def __init__(self, minutes: int) -> None:
        self._samples: deque[Sample] = deque(maxlen=int(minutes * 60 / SAMPLE_SECONDS))
        self._keep = minutes * 60.0
        self._due = 0.0

    def add(self, people: list[dict[str, Any]], now: float, time: float) -> None:
        """Add a sample of the feed's ``people``. ``now`` is monotonic, ``time`` the wall clock; seconds."""
        if now < self._due:
            return
        self._due = now + SAMPLE_SECONDS * 0.9  # the frames' own rhythm must not halve it
        seen = [person for person in people if person["seen"]]
        mean, share = array("f"), array("f")
        if seen:
            for index, name in enumerate(EXPRESSIONS):
                mean.append(sum(person["scores"][index] for person in seen) / len(seen))
                share.append(sum(person["expression"] == name for person in seen) / len(seen))
        kept = tuple((int(person["number"]), array("f", person["scores"])) for person in seen[:MOST_PEOPLE])
        self._samples.append(Sample(time, len(seen), mean, share, kept))
        while self._samples and self._samples[0].time < time - self._keep:
            self._samples.popleft()

    def since(self, time: float) -> dict[str, Any]:
        """Return the samples after ``time`` (seconds of the wall clock), for the chart."""
        samples = [sample for sample in self._samples if sample.time > time]
        return {
            "expressions": EXPRESSIONS,
            "keep": self._keep,
            "samples": [
                {
                    "time": round(sample.time, 2),
                    "count": sample.count,
                    "mean": _short(sample.mean),
                    "share": _short(sample.share),
                    "people": {number: _short(scores) for number, scores in sample.people},
                }
                for sample in samples
            ],
        }

    def csv(self) -> Iterator[str]:
        """Yield the lines of a table: everybody's mean and share, then each person, moment by moment."""
        yield _line(["time", "who", "people", *EXPRESSIONS])
        for sample in list(self._samples):
            time = datetime.fromtimestamp(sample.time).astimezone().isoformat(timespec="milliseconds")
            if sample.count:
                yield _line([time, "mean", sample.count, *_short(sample.mean)])
                yield _line([time, "share", sample.count, *_short(sample.share)])
            for number, scores in sample.people:
                yield _line([time, f"person {number}", sample.count, *_short(scores)])


def _short(scores: "array[float]") -> list[float]:
    return [round(score, 3) for score in scores]


def _line(cells: list[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
