"""The rule over time: a picture is taken when it has held for long enough. Pure: no threads, no clocks."""

import logging
import math
from collections import deque

from appliance.config.schema import RuleSettings
from appliance.light.states import State
from appliance.line.stage import Stage
from appliance.pipeline.decide import company
from appliance.pipeline.decide.arming import Arming
from appliance.pipeline.decide.company import Verdict
from appliance.pipeline.decide.scene_change import SceneChange
from appliance.pipeline.decide.sensitivity import level_of
from appliance.pipeline.decide.showing import MISSED_SECONDS, Scores
from appliance.records.decision import Command, Decision, Reason, ReasonKind, Showing
from appliance.records.faces import People

log = logging.getLogger(__name__)

GAP_SECONDS = 1.0
"""After a gap between frames this long nobody knows what went on meanwhile: everybody starts over."""
PHOTO_LIGHT_SECONDS = 0.9
"""How long the light says that a photo was taken: its burst takes 0.8 s, and nothing is said into it."""
WAVERING_SECONDS = 0.5
"""For so long the light goes on saying that all show it when somebody falls a little short: a score that
flickers must not make it flicker, and one that stays short must not have everybody hold still for nothing."""


class Decider(Stage[People, Decision]):
    """The stage that decides, frame by frame.

    ``command`` and ``use`` may be called from any thread; everything else happens in :meth:`decide`, where
    both take effect at the next frame. Time is the capture time of the frames.
    """

    name = "decide"

    def __init__(self, rule: RuleSettings) -> None:
        self._rule = rule
        self._waiting: deque[Command] = deque(maxlen=32)
        self._rules: deque[RuleSettings] = deque(maxlen=1)
        self._arming = Arming(rule)
        self._scores = _scores_of(rule)
        self._hold = _Hold()
        self._scene = SceneChange()
        self._photo_at = self._photo_said_until = -math.inf
        self._last = self._plainly_at = -math.inf

    @property
    def armed(self) -> bool:
        """Whether a photo may be taken, as of the last frame."""
        return self._arming.armed

    def command(self, command: Command) -> None:
        """Somebody asks for something. Any thread."""
        self._waiting.append(command)

    def press(self) -> None:
        """The button was pressed: arm, or disarm. Any thread."""
        self.command(Command.TOGGLE)

    def use(self, rule: RuleSettings) -> None:
        """Another rule from the next frame on. Any thread."""
        self._rules.append(rule)

    def process(self, people: People) -> tuple[Decision]:
        """See :class:`Stage` and :meth:`decide`."""
        return (self.decide(people),)

    def decide(self, people: People) -> Decision:
        """Decide what to do about this frame."""
        now = people.frame.captured_at
        away = GAP_SECONDS < now - self._last < math.inf
        if not 0 <= now - self._last <= GAP_SECONDS:
            self._start_over(now)
        self._last = now
        asked = self._obey(now, away)
        self._arming.tick(now)
        showing = self._scores.update(people.persons, now)
        verdict = company.judge(self._rule, showing, people.newcomers)
        held = self._hold.update(self._rule, showing, verdict, now)
        new = not self._rule.new_scene or self._scene.is_new(showing, verdict.waiting_for is None, now)
        cooling = now - self._photo_at < self._rule.cooldown_seconds
        take = self._arming.armed and verdict.keepable and held and new and not cooling
        armed = self._arming.armed
        reason = _reason(asked or take, verdict, armed, cooling, new)
        self._plainly_at = now if verdict.keepable else self._plainly_at
        if asked or take:
            self._took(showing, now)
        coming = new or self._scene.changing
        coming = coming and now - self._photo_at >= self._rule.cooldown_seconds - self._rule.hold_seconds
        light = self._light(showing, verdict, now, coming) if armed or asked else self._disarmed()
        return Decision(
            frame=people.frame,
            people=showing,
            armed=armed,
            all_show=verdict.waiting_for is None,
            take_photo=asked or take,
            light=light,
            reason=reason,
            asked=asked,
            episode=self._hold.episode if verdict.waiting_for is None else 0,
            level=verdict.level,
            keepable=verdict.keepable,
            decided_at=now if asked or take else None,
        )

    def _start_over(self, now: float) -> None:
        """Frames were missing, or their time went back: what was known of the moment is no longer true."""
        self._scores = _scores_of(self._rule)
        self._hold.restart(now)
        self._scene.forget()
        self._plainly_at = -math.inf
        if now < self._last:
            self._photo_at = self._photo_said_until = -math.inf
            self._arming.restart(now)

    def _obey(self, now: float, away: bool) -> bool:
        """Take what was asked for since the last frame; whether a photo was.

        Who asked for one while the camera was ``away`` is not photographed by surprise when it comes back.
        """
        asked = False
        if self._rules:
            self._change(self._rules.popleft(), now)
        while self._waiting:
            order = self._waiting.popleft()
            if order is Command.SHOOT:
                asked = not away
                if away:
                    log.warning("No photo: the camera was away when it was asked for")
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
        self._photo_at, self._photo_said_until = now, now + PHOTO_LIGHT_SECONDS
        self._hold.photo(now)
        self._scene.photo(showing)
        self._arming.photo(now)

    def _light(self, showing: tuple[Showing, ...], verdict: Verdict, now: float, coming: bool) -> State:
        if now < self._photo_said_until:
            return State.PHOTO
        if not any(one.person.counts for one in showing):
            return State.ARMED
        wavers = now - self._plainly_at > WAVERING_SECONDS
        if verdict.waiting_for is not None or wavers:
            return State.WAITING
        # Nobody need hold still for a photo that is there already, or that cannot come yet.
        return State.ALL if coming else State.ARMED

    def _disarmed(self) -> State:
        self._photo_said_until = -math.inf  # whoever arms again at once is not told of the same photo twice
        return State.DISARMED


class _Hold:
    """For how long the rule has held without a break, and in the same company.

    The time counts from the frame in which the last of those who are needed began to show it, although that
    frame alone did not convince: smoothing costs certainty no time.
    """

    def __init__(self) -> None:
        self.episode = 0
        self._earliest = -math.inf
        self._since: float | None = None
        self._frames = 0
        self._group: frozenset[int] = frozenset()
        self._in_episode = False

    def restart(self, now: float) -> None:
        """Whatever comes next is a new beginning."""
        self._earliest, self._since, self._in_episode = now, None, False

    def photo(self, now: float) -> None:
        """A photo was taken: the time starts over, the episode goes on."""
        self._earliest, self._since = now, None

    def update(self, rule: RuleSettings, showing: tuple[Showing, ...], verdict: Verdict, now: float) -> bool:
        """Whether the rule has held for as long as it asks."""
        counted = [one for one in showing if one.person.counts]
        if not self._same_company(rule, counted):
            self.restart(now)
        elif not _still_obeys(rule, counted):
            self._since, self._in_episode = None, False
        if verdict.waiting_for is None:
            if not self._in_episode:
                self.episode += 1
            self._in_episode = True
            if self._since is None:
                self._since, self._frames = max(self._earliest, verdict.since), 0
            self._frames += 1
        if self._since is None:
            return False
        if rule.hold_frames:
            return self._frames >= rule.hold_frames
        return now - self._since >= rule.hold_seconds - 1e-9

    def _same_company(self, rule: RuleSettings, counted: list[Showing]) -> bool:
        group = frozenset(one.person.number for one in counted)
        same = group == self._group or rule.who.at_least is not None
        self._group = group
        return same


def _still_obeys(rule: RuleSettings, counted: list[Showing]) -> bool:
    """A face missed for a moment need not end it; somebody who stops showing it does."""
    still = sum(one.shows and one.person.missing_for <= MISSED_SECONDS for one in counted)
    return bool(counted) and still >= company.needed(rule, len(counted))


def _scores_of(rule: RuleSettings) -> Scores:
    level = level_of(rule.expression, rule.sensitivity)
    return Scores(rule.expression, level, rule.smoothing_seconds)


def _reason(photo: bool, verdict: Verdict, armed: bool, cooling: bool, new: bool) -> Reason:
    if photo:
        return Reason(kind=ReasonKind.PHOTO)
    if verdict.waiting_for is not None:
        return verdict.waiting_for
    if not armed:
        return Reason(kind=ReasonKind.DISARMED)
    if cooling:
        return Reason(kind=ReasonKind.COOLING_DOWN)
    if not new:
        return Reason(kind=ReasonKind.SAME_SCENE)
    return verdict.doubt or Reason(kind=ReasonKind.HOLD)
