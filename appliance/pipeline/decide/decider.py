"""The rule over time: a picture is taken when it has held for long enough. Pure: no threads, no clocks."""

import logging
import math
from collections import deque
from dataclasses import dataclass

from appliance.config.schema import RuleSettings
from appliance.line.stage import Stage
from appliance.pipeline.decide import company
from appliance.pipeline.decide.arming import Arming
from appliance.pipeline.decide.company import Verdict
from appliance.pipeline.decide.gap import FrameGap
from appliance.pipeline.decide.hold import Hold
from appliance.pipeline.decide.light_state import LightState
from appliance.pipeline.decide.scene_change import SceneChange
from appliance.pipeline.decide.sensitivity import level_of
from appliance.pipeline.decide.showing import Scores
from appliance.records.decision import Command, Decision, Reason, ReasonKind, Showing
from appliance.records.faces import People

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Findings:
    """Findings about one frame, for its decision."""

    people: tuple[Showing, ...]
    verdict: Verdict
    armed: bool
    held: bool
    new_scene: bool
    cooling: bool

    @property
    def due(self) -> bool:
        """Whether the rule takes a photo with this frame."""
        return self.armed and self.verdict.keepable and self.held and self.new_scene and not self.cooling

    @property
    def waiting_for(self) -> Reason:
        """Reason that a photo waits for; reasons that people can change come first."""
        if self.verdict.waiting_for is not None:
            return self.verdict.waiting_for
        if not self.armed:
            return Reason(kind=ReasonKind.DISARMED)
        if self.cooling:
            return Reason(kind=ReasonKind.COOLING_DOWN)
        if not self.new_scene:
            return Reason(kind=ReasonKind.SAME_SCENE)
        return self.verdict.doubt or Reason(kind=ReasonKind.HOLD)


class Decider(Stage[People, Decision]):
    """Stage that decides, frame by frame.

    Any thread may call ``command`` and ``use``; both take effect in :meth:`decide` at the next frame. Time is
    the capture time of the frames.
    """

    name = "decide"

    def __init__(self, rule: RuleSettings) -> None:
        self._rule = rule
        self._waiting: deque[Command] = deque(maxlen=32)
        self._rules: deque[RuleSettings] = deque(maxlen=1)
        self._arming = Arming(rule)
        self._scores = _scores_of(rule)
        self._hold = Hold()
        self._light = LightState()
        self._scene = SceneChange()
        self._gap = FrameGap()
        self._photo_at = self._last = -math.inf

    @property
    def armed(self) -> bool:
        """Whether a photo may be taken, as of the last frame."""
        return self._arming.armed

    def command(self, command: Command) -> None:
        """Execute ``command`` at the next frame. Any thread."""
        self._waiting.append(command)

    def use(self, rule: RuleSettings) -> None:
        """Use another rule from the next frame on. Any thread."""
        self._rules.append(rule)

    def process(self, people: People) -> tuple[Decision]:
        """See :class:`Stage` and :meth:`decide`."""
        return (self.decide(people),)

    def decide(self, people: People) -> Decision:
        """Decide what to do about this frame."""
        now = people.frame.captured_at
        asked = self._obey(now, away=self._resume(now))
        findings = self._examine(people, now)
        verdict, photo = findings.verdict, asked or findings.due
        if photo:
            self._took(findings.people, now)
        armed = findings.armed or asked
        coming = self._photo_may_come(findings, now)
        return Decision(
            frame=people.frame,
            people=findings.people,
            armed=findings.armed,
            all_show=verdict.waiting_for is None,
            take_photo=photo,
            light=self._light.update(findings.people, verdict, armed=armed, coming=coming, now=now),
            reason=Reason(kind=ReasonKind.PHOTO) if photo else findings.waiting_for,
            asked=asked,
            episode=self._hold.episode if verdict.waiting_for is None else 0,
            lacking=verdict.lacking,
            level=verdict.level,
            keepable=verdict.keepable,
            decided_at=now if photo else None,
        )

    def _examine(self, people: People, now: float) -> _Findings:
        self._arming.tick(now)
        showing = self._scores.update(people.persons, now)
        verdict = company.verdict_on(self._rule, showing, people.newcomers)
        obeys = verdict.waiting_for is None
        return _Findings(
            people=showing,
            verdict=verdict,
            armed=self._arming.armed,
            held=self._hold.update(self._rule, showing, verdict, now),
            new_scene=not self._rule.new_scene or self._scene.is_new(showing, obeys, now),
            cooling=now - self._photo_at < self._rule.cooldown_seconds,
        )

    def _photo_may_come(self, findings: _Findings, now: float) -> bool:
        """Return whether continuing leads to a photo: the scene is new, and the cooldown ends soon."""
        cooled = now - self._photo_at >= self._rule.cooldown_seconds - self._rule.hold_seconds
        return cooled and (findings.new_scene or self._scene.changing)

    def _resume(self, now: float) -> bool:
        """Start over if frames were missing or time went back; return whether the gap was long."""
        out_of_date, away = self._gap.step(now)
        if out_of_date:  # what happened meanwhile is unknown: everybody starts over
            self._start_over(now)
        self._last = now
        return away

    def _start_over(self, now: float) -> None:
        """Forget the moment: frames were missing, or their time went back."""
        self._scores = _scores_of(self._rule)
        self._hold.restart(now)
        self._scene.forget()
        went_back = now < self._last
        self._light.start_over(went_back)
        if went_back:
            self._photo_at = -math.inf
            self._arming.restart(now)

    def _obey(self, now: float, away: bool) -> bool:
        """Execute the commands since the last frame; return whether one requested a photo.

        A photo requested while the camera was ``away`` is not taken by surprise when it comes back.
        """
        asked = False
        if self._rules:
            self._change(self._rules.popleft(), now)
        while self._waiting:
            order = self._waiting.popleft()
            if order is Command.SHOOT:
                asked = not away
                if away:
                    log.warning("No photo: it was requested while the camera was disconnected")
            elif self._arming.obey(order, now):
                self._hold.restart(now)
                self._scene.forget()
        return asked

    def _change(self, rule: RuleSettings, now: float) -> None:
        self._arming.use(rule, now)
        self._rule = rule
        self._scores = _scores_of(rule)
        self._hold.restart(now)

    def _took(self, showing: tuple[Showing, ...], now: float) -> None:
        self._photo_at = now
        self._light.photo(now)
        self._hold.photo(now)
        self._scene.photo(showing)
        self._arming.photo(now)


def _scores_of(rule: RuleSettings) -> Scores:
    level = level_of(rule.expression, rule.sensitivity)
    return Scores(rule.expression, level, rule.smoothing_seconds)
