"""Turns: whose face is judged in a frame, and whose last judgement still does."""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.pipeline.pace import Notice, Pace, Wanted
from appliance.records.frame import Box

LACKING_SECONDS, SETTLED_SECONDS, IDLE_SECONDS = 1 / 15, 1 / 10, 1 / 5
"""Time from one judgement of a face to the next: of somebody who does not show it while others do not either,
of somebody for whom nobody waits, and of anybody while no photo can be taken."""
SAME_PERSON = 0.3
"""Intersection over union from which a face is that of somebody in the newest decision, a few frames old."""
USUAL_PERIOD = 1 / 30
"""Seconds from frame to frame before any two have come."""
LATE = 1.25
"""Factor by which judgements may come later than wanted before that is worth a warning."""
NOTICED_FRAMES = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """A face of a frame. ``age``: seconds since it was judged, inf if it never was; ``rejected`` by that."""

    box: Box
    age: float
    rejected: bool = False


class Turns:
    """Chooses whose face is judged. A face that was never judged always is."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._moments: deque[float] = deque(maxlen=6)
        self._notice = Notice(NOTICED_FRAMES)

    def choose(self, faces: Sequence[Waiting], now: float) -> set[int]:
        """Return the places in ``faces`` of those to be judged in the frame captured at ``now``, seconds."""
        period, wanted = self._period(now), self._pace.wanted
        usual = [max(period, _interval(face, wanted)) for face in faces]
        late = self._late(usual)
        new = {place for place, face in enumerate(faces) if face.age == math.inf}
        due = [
            (face.age / usual[place], place)
            for place, face in enumerate(faces)
            if place not in new and face.age >= late * usual[place] - period / 2
        ]
        # Those who are due at once take turns: a frame's work is about the same in every frame.
        most = math.ceil(sum(period / (late * seconds) for seconds in usual) - 1e-9)
        return new | {place for _, place in sorted(due, key=lambda turn: (-turn[0], turn[1]))[:most]}

    def _late(self, usual: Sequence[float]) -> float:
        """Return by which factor judgements come later than is usual, for the cost of them."""
        cost, wanted = self._pace.judgement.seconds, self._pace.wanted
        if not wanted.lacking and not wanted.idle:
            return 1.0
        late = max(1.0, cost * sum(1 / seconds for seconds in usual) / self._pace.share)
        self._notice.check(
            late > LATE and not wanted.idle,
            "Judging a face takes %.0f ms on this board: until a photo may be taken, each of %d people is"
            " judged %.1f times a second, in place of %.1f",
            1000 * cost,
            len(usual),
            *(1 / (factor * max(usual, default=1.0)) for factor in (late, 1.0)),
        )
        return late

    def _period(self, now: float) -> float:
        """Return the usual time from frame to frame, seconds."""
        if self._moments and now <= self._moments[-1]:
            self._moments.clear()
        self._moments.append(now)
        if len(self._moments) < 2:
            return USUAL_PERIOD
        return (now - self._moments[0]) / (len(self._moments) - 1)


def _interval(face: Waiting, wanted: Wanted) -> float:
    """Return how long the judgement of a face lasts, seconds; 0: every frame needs one."""
    if wanted.idle:
        return IDLE_SECONDS
    if not wanted.lacking:
        return 0.0
    if face.rejected:
        return IDLE_SECONDS
    if any(face.box.iou(box) >= SAME_PERSON for box in wanted.settled):
        return SETTLED_SECONDS
    return LACKING_SECONDS if wanted.lacking > 1 else 0.0
