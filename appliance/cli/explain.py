"""Explanation of each frame's decision: for a person at the terminal, for a program, and as a picture."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import cv2
from tqdm import tqdm

from appliance.draw.chart import Moment, chart
from appliance.pipeline.decide.sensitivity import Level
from appliance.records.decision import Decision, Showing
from appliance.storage import durable
from appliance.wording.verdict import sentence

PLOT_SIZE = (1600, 500)


def explanation(decision: Decision, level: Level) -> dict[str, Any]:
    """Return the decision on one frame, its reason, and what each person lacks."""
    return {
        "event": "frame",
        "time": round(decision.frame.captured_at, 3),
        "frame": decision.frame.sequence,
        "trigger": decision.take_photo,
        "armed": decision.armed,
        "all_show": decision.all_show,
        "reason": sentence(decision.reason),
        "people": [
            {
                "number": showing.person.number,
                "score": round(showing.score, 3),
                "current": round(showing.current, 3),
                "shows": showing.shows,
                "lacks": lacks(showing, level),
            }
            for showing in decision.people
        ],
    }


def lacks(showing: Showing, level: Level) -> str | None:
    """Return in words why this person does not count as showing it; None for one who does."""
    if showing.person.too_far or not showing.person.counts:
        why = "too far away to be judged" if showing.person.too_far else "passing by or a poster"
        return why if showing.person.counts else f"{why}: does not count"
    if not showing.person.seen:
        return f"out of sight for {showing.person.missing_for:.2f} s"
    if not showing.shows:
        return f"{_below(showing.score, level.shows)} of {level.shows:.2f}"
    if not showing.in_frame:
        return f"only {_below(showing.current, level.stops)} in this frame, {level.stops:.2f} are needed"
    if not showing.plainly:
        return f"only {_below(showing.current, level.shows)} in this frame, a photo needs {level.shows:.2f}"
    return None


def _below(score: float, limit: float) -> str:
    """Return ``score``, which is below ``limit``, rounded so that it stays below."""
    return f"{min(score, limit - 0.01):.2f}" if f"{score:.2f}" == f"{limit:.2f}" else f"{score:.2f}"


class Account:
    """Account for a person at the terminal: how long each person held up the photo, then a line per frame.

    It is kept in memory until it is printed: a hundred bytes per frame.
    """

    def __init__(self, level: Level) -> None:
        self._level = level
        self._lines: list[str] = []
        self._held_up: dict[int, float] = defaultdict(float)
        self._best: dict[int, float] = defaultdict(float)
        self._lacking: list[int] = []
        self._time = 0.0

    def add(self, decision: Decision) -> None:
        """Add a frame."""
        moment = decision.frame.captured_at
        for number in self._lacking:  # since the frame before
            self._held_up[number] += moment - self._time
        self._time = moment
        self._lacking = []
        for showing in decision.people:
            if showing.person.counts and not decision.all_show and not showing.shows:
                self._lacking.append(showing.person.number)
                self._best[showing.person.number] = max(self._best[showing.person.number], showing.score)
        self._lines.append(frame_in_words(explanation(decision, self._level)))

    def print(self) -> None:
        """Print the account; nothing without a frame."""
        for number, seconds in sorted(self._held_up.items(), key=lambda item: -item[1]):
            best, needed = _below(self._best[number], self._level.shows), f"{self._level.shows:.2f}"
            tqdm.write(f"Held up {seconds:.1f} s by person {number} (best {best} of {needed})")
        for line in self._lines:
            tqdm.write(line)


def frame_in_words(explained: dict[str, Any]) -> str:
    """Return one line for a person."""
    mark = "TAKE" if explained["trigger"] else "yes " if explained["all_show"] else "no  "
    people = "; ".join(
        f"{person['number']}: {person['lacks'] or format(person['score'], '.2f') + ' shows it'}"
        for person in explained["people"]
    )
    return f"{explained['time']:8.2f} s {mark} {explained['reason']}" + (f" ({people})" if people else "")


class Plot:
    """Plot of everybody's score over time, thresholds and photos. Takes a hundred bytes per frame."""

    def __init__(self, level: Level) -> None:
        self._level = level
        self._moments: list[Moment] = []
        self._photos: list[float] = []

    def frame(self, decision: Decision) -> None:
        """Add a frame."""
        scores = tuple((showing.person.number, showing.score) for showing in decision.people)
        self._moments.append(Moment(decision.frame.captured_at, scores, decision.all_show))

    def photo(self, decision: Decision) -> None:
        """Add the photo that was kept."""
        self._photos.append(decision.frame.captured_at)

    def save(self, path: Path) -> None:
        """Write the PNG. Raises StorageError."""
        picture = chart(self._moments, self._photos, self._level, PLOT_SIZE)
        encoded, data = cv2.imencode(".png", picture)
        try:
            durable.write_over(path, data.tobytes() if encoded else b"")
        except OSError as error:
            raise durable.explain(error, path.parent) from error
