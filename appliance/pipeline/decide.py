"""The rule: a picture is taken when everybody shows the expression. Pure: no threads, no clocks."""

import math
from collections import deque
from dataclasses import dataclass

from appliance.config.schema import Rule
from appliance.frames import Command, Decision, JudgedFace, Light, People, Showing

MISSED_SECONDS = 0.2
"""A face may be missed for this long without everybody having to start over. It still blocks the photo."""
GAP_SECONDS = 1.0
"""After a gap between frames this long nobody knows what went on meanwhile: everybody starts over."""
PHOTO_LIGHT_SECONDS = 0.6
"""How long the light says that a photo was taken."""


@dataclass(slots=True)
class _Score:
    value: float
    shows: bool
    updated_at: float


class Decider:
    """The stage that decides, frame by frame.

    ``command`` may be called from any thread; everything else happens in :meth:`process`. Time is the
    capture time of the frames.
    """

    name = "decide"

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self.armed = rule.mode == "always_armed"
        self._waiting: deque[Command] = deque(maxlen=32)
        self._scores: dict[int, _Score] = {}
        self._since: float | None = None
        self._group: frozenset[int] = frozenset()
        self._photo_at = -math.inf
        self._last = -math.inf

    def command(self, command: Command) -> None:
        """Somebody asks for something; it is done at the next frame. Any thread."""
        self._waiting.append(command)

    def press(self) -> None:
        """The button was pressed: arm, or disarm. Any thread."""
        self.command(Command.TOGGLE)

    def _obey(self) -> bool:
        """Take what was asked for since the last frame; whether a photo was."""
        asked = False
        while self._waiting:
            command = self._waiting.popleft()
            if command is Command.SHOOT:
                asked = True
                continue
            self.armed = {Command.ARM: True, Command.DISARM: False}.get(command, not self.armed)
            self._since = None
        return asked

    def process(self, people: People) -> Decision:
        """What to do about this frame."""
        now = people.frame.captured_at
        asked = self._obey()
        if now - self._last > GAP_SECONDS:
            self._since = None
        self._last = now
        showing = self._showing(people, now)
        waiting_for = self._waiting_for(people, showing)
        held = self._held(showing, waiting_for, now)
        cooling = now - self._photo_at < self._rule.cooldown_seconds
        kept = self.armed and waiting_for is None and held >= self._rule.hold_seconds and not cooling
        take = asked or kept
        if take:
            self._photo_at, self._since = now, None
        light = self._light(showing, waiting_for, now)
        reason = "photo" if take else waiting_for or ("cooling down" if cooling else "hold it")
        return Decision(people.frame, showing, self.armed, waiting_for is None, take, light, reason)

    def probability(self, face: JudgedFace) -> float:
        """Probability that ``face`` shows a wanted expression, given that it is a face."""
        return expression_probability(self._rule.expression, face)

    def _showing(self, people: People, now: float) -> tuple[Showing, ...]:
        scores = {}
        result = []
        for person in people.persons:
            old = self._scores.get(person.number)
            value = self.probability(person.face)
            if old is not None:
                value = self._smoothed(old, value, now) if person.seen else old.value
            limit = self._rule.stops_below if old is not None and old.shows else self._rule.shows_above
            scores[person.number] = _Score(value, value >= limit, now)
            result.append(Showing(person, value, value >= limit))
        self._scores = scores
        return tuple(result)

    def _smoothed(self, old: _Score, value: float, now: float) -> float:
        """Exponential average with time constant ``smoothing_seconds``, at whatever frame rate."""
        if self._rule.smoothing_seconds == 0:
            return value
        share = 1 - math.exp(-(now - old.updated_at) / self._rule.smoothing_seconds)
        return old.value + share * (value - old.value)

    def _waiting_for(self, people: People, showing: tuple[Showing, ...]) -> str | None:
        """What keeps this very frame from being the photo, in words; None if nothing does."""
        counted = [one for one in showing if one.person.counts]
        if not counted:
            return "nobody is there"
        if len(counted) < self._rule.min_faces:
            return f"{len(counted)} of at least {self._rule.min_faces} people are there"
        if missed := sum(not one.person.seen for one in counted):
            return f"{missed} of {len(counted)} out of sight"
        if people.newcomers:
            return "somebody is coming in"
        # The smoothed score trails the face; the frame itself must show it too, since it is the photo.
        ready = sum(
            one.shows and self.probability(one.person.face) >= self._rule.stops_below for one in counted
        )
        return None if ready == len(counted) else f"{ready} of {len(counted)} show it"

    def _held(self, showing: tuple[Showing, ...], waiting_for: str | None, now: float) -> float:
        """For how long everybody has shown it, in the same company, seconds."""
        counted = [one for one in showing if one.person.counts]
        group = frozenset(one.person.number for one in counted)
        holding = bool(counted) and all(
            one.shows and one.person.missing_for <= MISSED_SECONDS for one in counted
        )
        if group != self._group or not holding:
            self._since = None
        self._group = group
        if self._since is None and waiting_for is None:
            self._since = now
        return 0.0 if self._since is None else now - self._since

    def _light(self, showing: tuple[Showing, ...], waiting_for: str | None, now: float) -> Light:
        if not self.armed:
            return Light.DISARMED
        if now - self._photo_at < PHOTO_LIGHT_SECONDS:
            return Light.PHOTO
        if not showing:
            return Light.ARMED
        return Light.WAITING if waiting_for else Light.ALL


def expression_probability(expressions: tuple[str, ...], face: JudgedFace) -> float:
    """Probability of any of ``expressions``, given that it is a face."""
    wanted = sum(face.scores[name] for name in expressions)
    return wanted / max(1e-9, 1 - face.scores["not_a_face"])
