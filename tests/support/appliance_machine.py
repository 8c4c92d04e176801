"""Button, decision, choice and light as one state machine; the rule is worked out a second time here."""

import itertools

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from appliance.config.schema import MomentSettings, RuleSettings
from appliance.daemon.watches.head_count import HeadCount
from appliance.hw.button import Gesture, Gestures
from appliance.light.patterns import Facts, Step
from appliance.light.player import Player
from appliance.light.row import Kind
from appliance.light.states import Condition, Signal, State
from appliance.light.table import TABLE
from appliance.pipeline.choose.chooser import Chooser
from appliance.pipeline.decide.decider import Decider
from appliance.pipeline.decide.gap import FrameGap
from appliance.pipeline.decide.light_state import WAVERING_SECONDS
from appliance.pipeline.decide.sensitivity import level_of
from appliance.records.decision import Command, Decision
from tests.support.rule_settings import rules
from tests.support.strategies import TINY, people

CAMERAS = [1 / 30, 1 / 12, 1 / 8, 1 / 6]
"""Seconds from one frame to the next."""
FAULTS = [light for light, row in TABLE.items() if row.kind is Kind.EXCLUSIVE]
ACTIVITIES = [light for light, row in TABLE.items() if row.kind is Kind.ACTIVITY]
REMINDERS = [light for light, row in TABLE.items() if row.kind is Kind.REMINDER]
LOOKS: dict[State | Condition, set[Step]] = {
    light: set(itertools.islice(row.pattern(Facts(7)), 20)) for light, row in TABLE.items()
}
BURST = len(list(TABLE[State.PHOTO].pattern(Facts())))
"""Steps that the light takes to say that a photo was taken."""
REMINDING = 20
"""Steps after which a reminder has come to its end; what it reminds of may have gone meanwhile."""
SURE, ABSENT = 0.99, None
PAUSE_SECONDS, REST_SECONDS, PATIENCE_SECONDS = 0.8, 0.8, 3.0
Scene = dict[int, float | None]
SCORES = [ABSENT, 0.0, 0.5, 0.6, 0.7, SURE]
GAPS, PRESSES = [0.1, 0.9, 5.0, 90.0], [0.005, 0.1, 0.3, 1.0, 3.5, 11.0]
faces = st.dictionaries(st.integers(1, 4), st.sampled_from(SCORES), max_size=4)


class Appliance(RuleBasedStateMachine):
    """Button, decision, choice and light together, on frames made up as it goes."""

    @initialize(first=rules, step=st.sampled_from(CAMERAS))
    def switch_on(self, first: RuleSettings, step: float) -> None:
        self.rule, self.step = first, step
        self.now = 0.0
        self.decider = Decider(first)
        self.chooser = Chooser(MomentSettings(burst=10))
        self.gestures = Gestures()
        self.player = Player()
        self.gap = FrameGap()
        self.counted: list[int] = []
        self.heads = HeadCount(self.counted.append)
        self.conditions: set[Signal] = set()
        self.reminded: dict[State | Condition, int] = {}
        self.looks = 0
        self.state = State.OFF
        self.burst_left = 0
        self.asked = 0
        self.frames: dict[float, tuple[Decision, bool]] = {}
        self.shot_at = self.trigger_at = self.plainly_at = self.last_at = -1e9
        self.episode = self.photos = 0
        self.company: list[tuple[float, set[int]]] = []
        self.pictured: set[int] = set()
        self.changed = True

    @rule(scene=faces, newcomers=st.sampled_from([0, 0, 0, 1]), repeats=st.integers(1, 8))
    def frames_come(self, scene: Scene, newcomers: int, repeats: int) -> None:
        for _ in range(repeats):
            self.frame(scene, newcomers)

    @rule(count=st.integers(1, 4), newcomers=st.integers(0, 1), seconds=st.floats(0.2, 1.2))
    def a_group_smiles(self, count: int, newcomers: int, seconds: float) -> None:
        self.obey(Command.ARM)
        for _ in range(round(seconds / self.step)):
            self.frame(dict.fromkeys(range(1, count + 1), SURE), newcomers)

    @rule(seconds=st.sampled_from(GAPS))
    def no_frame_comes(self, seconds: float) -> None:
        self.pass_time(seconds)

    @rule()
    def time_goes_back(self) -> None:
        """A camera opened again may stamp from zero."""
        self.frame({}, 0, at=0.0)

    @rule(gap=st.sampled_from(PRESSES))
    def button_goes_down_for(self, gap: float) -> None:
        self.edge(True)
        self.pass_time(gap)
        self.edge(False)

    @rule(command=st.sampled_from(Command))
    def command(self, command: Command) -> None:
        self.obey(command)

    @rule(new=rules)
    def config_is_edited(self, new: RuleSettings) -> None:
        self.decider.use(new)
        self.changed = self.changed or new.mode != self.rule.mode  # that arms or disarms
        self.rule = new
        self.trigger_at = -1e9
        self.company.clear()

    @rule(light=st.sampled_from(FAULTS + ACTIVITIES + REMINDERS), present=st.booleans())
    def condition(self, light: Condition, present: bool) -> None:
        self.player.condition(light, present)
        (self.conditions.add if present else self.conditions.discard)(light)
        self.look()

    @rule()
    def everybody_is_patient(self) -> None:
        """Whatever happened: let go of the button, arm, stop smiling, smile, and there is a photo."""
        for light in list(self.conditions):
            self.condition(light, present=False)
        self.pass_time(PAUSE_SECONDS)
        self.obey(Command.ARM)
        group = range(11, 11 + max(2, self.rule.who.at_least or 0))
        for _ in range(round(REST_SECONDS / self.step)):
            self.frame(dict.fromkeys(group, 0.0), 0)
        before = self.photos
        for _ in range(round(PATIENCE_SECONDS / self.step)):
            self.frame(dict.fromkeys(group, SURE), 0)
            if self.photos > before:
                break
        assert self.photos > before
        assert self.gestures.due() is None

    def pass_time(self, seconds: float) -> None:
        end = self.now + seconds
        while (due := self.gestures.due()) is not None and due <= end:
            self.hear(self.gestures.poll(due))
        self.now = end

    def edge(self, down: bool) -> None:
        self.hear(self.gestures.edge(down, self.now))

    def hear(self, gestures: list[Gesture]) -> None:
        for gesture in gestures:
            if gesture is Gesture.PRESS:
                self.obey(Command.TOGGLE)
            elif gesture is Gesture.DOUBLE_PRESS:
                self.obey(Command.SHOOT)

    def obey(self, command: Command) -> None:
        self.asked += command is Command.SHOOT
        self.decider.command(command)
        if command in {Command.TOGGLE, Command.DISARM} or not self.decider.armed:
            self.start_over()

    def start_over(self) -> None:
        """What was seen before no longer counts, neither for the hold nor as the same scene."""
        self.company.clear()
        self.changed = True

    def frame(self, scene: Scene, newcomers: int, at: float | None = None) -> None:
        self.pass_time(self.step)
        time = self.now if at is None else at
        out_of_date, away = self.gap.step(time)
        if out_of_date:
            self.start_over()
        if away:
            self.asked = 0  # who asked for a photo meanwhile does not get it by surprise
        self.shot_at = self.shot_at if time >= self.last_at else -1e9
        self.last_at = time
        self.trigger_at = self.trigger_at if time >= self.trigger_at else -1e9
        self.company.append((time, set(scene)))
        decision = self.decider.decide(people(time, scene, newcomers, pixels=TINY))
        self.check(decision, scene, newcomers)
        self.choose(decision, self.obeys(scene, newcomers, self.shows()))
        self.player.show(decision.light, decision.level)
        self.heads.observe(decision)
        while self.counted:
            number = self.counted.pop()
            assert number == sum(one.person.counts for one in decision.people)
            self.player.count(number)
        self.burst_left = BURST if decision.take_photo else self.burst_left - 1
        self.state = self.state if decision.light is State.PHOTO else decision.light
        self.look()

    def shows(self) -> float:
        return level_of(self.rule.expression, self.rule.sensitivity).shows

    def obeys(self, scene: Scene, newcomers: int, threshold: float) -> bool:
        """The rule in force, on one frame, in plain words."""
        present, shown = len(scene), sum(score is not None and score >= threshold for score in scene.values())
        if not self.rule.min_faces <= present <= self.rule.max_faces - newcomers:
            return False
        if self.rule.who.at_least:
            return shown >= self.rule.who.at_least
        if self.rule.who.share:
            return 2 * shown >= present + newcomers
        return shown == present and not newcomers

    def check(self, decision: Decision, scene: Scene, newcomers: int) -> None:
        now, plainly = decision.frame.captured_at, self.obeys(scene, newcomers, self.shows())
        self.changed = self.changed or not plainly or set(scene) != self.pictured
        self.changed = self.changed or any((score or 0.0) < self.shows() for score in scene.values())
        self.plainly_at = now if plainly else self.plainly_at
        if decision.take_photo and not decision.asked:
            assert plainly
            assert decision.armed
            assert now - self.trigger_at >= self.rule.cooldown_seconds - 1e-9
            assert self.changed or not self.rule.new_scene
            self.check_hold(now)
            self.trigger_at = now
        if decision.asked:
            assert self.asked > 0
            self.asked = 0
            self.trigger_at = -1e9
        if decision.take_photo:
            self.shot_at, self.pictured, self.changed = now, set(scene), False
            self.company = self.company[-1:]
        self.check_light(decision, scene, newcomers)

    def check_hold(self, now: float) -> None:
        """The same people have been there for as long as the hold asks."""
        count = self.rule.hold_frames
        start = self.company[-count][0] if count else now - self.rule.hold_seconds
        assert self.company[0][0] <= start + 1e-6
        if self.rule.who.at_least is None:
            held = [group for time, group in self.company if time >= start + 1e-6]
            assert all(group == held[-1] for group in held)

    def check_light(self, decision: Decision, scene: Scene, newcomers: int) -> None:
        level = level_of(self.rule.expression, self.rule.sensitivity)
        assert (decision.light is State.DISARMED) == (not decision.armed and not decision.asked)
        if decision.light is State.ALL:
            assert self.obeys(scene, newcomers, level.stops)
            assert 0 <= decision.frame.captured_at - self.plainly_at <= WAVERING_SECONDS
            assert self.changed or not self.rule.new_scene
            assert not self.cooling(decision)
        if decision.light is State.ARMED and scene:
            same = self.rule.new_scene and set(scene) == self.pictured
            assert decision.all_show
            assert same or self.cooling(decision)
        if decision.light is State.WAITING:
            assert scene
        if decision.light is State.PHOTO:
            assert 0 <= decision.frame.captured_at - self.shot_at < 1

    def cooling(self, decision: Decision) -> bool:
        """Whether the next photo is still further away than the hold takes."""
        since = decision.frame.captured_at - self.shot_at
        return since < self.rule.cooldown_seconds - self.rule.hold_seconds

    def choose(self, decision: Decision, plainly: bool) -> None:
        """Everybody whom the rule needs shows it in each frame that is kept, and it is of this moment."""
        self.frames[decision.frame.captured_at] = decision, plainly
        for photo in self.chooser.process(decision):
            judged, obeys = self.frames[photo.frame.captured_at]
            assert photo.asked or (obeys and judged.all_show and judged.episode == self.episode)
            self.photos += 1
        if decision.take_photo and not decision.asked:
            self.episode = decision.episode

    def look(self) -> None:
        """What the LED does agrees with what is so: a fault before everything else, no burst without a photo,
        no lamp on faces that do not all show it."""
        step, output = self.player.next()
        self.looks += 1
        self.reminded |= {light: self.looks for light in REMINDERS if light in self.conditions}
        fault = next((light for light in FAULTS if light in self.conditions), None)
        if fault is None:
            said: list[State | Condition] = [light for light in ACTIVITIES if light in self.conditions]
            said = said or [self.state]
            said += [light for light, last in self.reminded.items() if self.looks - last < REMINDING]
            said += [State.PEOPLE]
            said += [State.PHOTO] if self.burst_left > 0 else []
        else:
            said = [fault]
        assert any(may_look(light, step) for light in said)
        assert output.flash <= (fault is None and self.state is State.ALL)


def may_look(light: State | Condition, step: Step) -> bool:
    """Whether ``step`` belongs to what the LED does to say this."""
    return 0.125 <= step.seconds <= 0.4 if light is State.WAITING else step in LOOKS[light]
