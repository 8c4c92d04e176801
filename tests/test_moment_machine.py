"""Any sequence of frames, presses, commands, changes and faults: no photo breaks the rule, the light never
lies, and there is no state that cannot be left.

The rule is worked out a second time here, from the frames alone. ``-m slow`` explores 100,000 sequences.
"""

import itertools

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from appliance.config.schema import Moment, Rule, Who
from appliance.frames import Command, Decision, Light
from appliance.hw.button import Gesture, Gestures
from appliance.hw.light import Player
from appliance.hw.light_language import LANGUAGE, Kind
from appliance.pipeline.choose import Chooser
from appliance.pipeline.decide import Decider
from appliance.pipeline.head_count import HeadCount
from appliance.pipeline.sensitivity import level_of
from tests.strategies import people

STEP = 1 / 30
FAULTS = [light for light, word in LANGUAGE.items() if word.kind is Kind.FAULT]
REMINDERS = [light for light, word in LANGUAGE.items() if word.kind is Kind.REMINDER]
SURE, ABSENT = 0.99, None

whos = st.one_of(
    st.just(Who()), st.integers(1, 3).map(lambda n: Who(at_least=n)), st.sampled_from([Who(share=0.5)])
)
buttons = st.builds(
    Rule,
    who=whos,
    hold_seconds=st.sampled_from([0.0, 0.25, 1.0]),
    hold_frames=st.sampled_from([0, 10]),
    max_faces=st.sampled_from([3, 100]),
    cooldown_seconds=st.sampled_from([0.0, 1.0]),
    new_scene=st.booleans(),
    mode=st.just("button"),
    shots_per_arming=st.sampled_from([0, 2]),
    disarm_after_minutes=st.sampled_from([0.0, 0.1]),
    smoothing_seconds=st.sampled_from([0.0, 0.1]),
)
rules = st.one_of(
    buttons, buttons.map(lambda r: r.model_copy(update={"mode": "always_armed", "shots_per_arming": 0}))
)
faces = st.dictionaries(st.integers(1, 4), st.sampled_from([ABSENT, 0.0, 0.5, 0.7, SURE]), max_size=4)


class Appliance(RuleBasedStateMachine):
    """Button, decision, choice and light together, on frames made up as it goes."""

    @initialize(first=rules)
    def switch_on(self, first: Rule) -> None:
        self.rule = first
        self.now = 0.0
        self.decider = Decider(first)
        self.chooser = Chooser(Moment(), lambda _: True)
        self.gestures = Gestures()
        self.player = Player()
        self.heads = HeadCount()
        self.faults: set[Light] = set()
        self.asked = 0
        self.armings = 0
        self.frames: dict[int, Decision] = {}
        self.photos: list[Decision] = []
        self.triggers: list[float] = []

    @rule(scene=faces, newcomers=st.sampled_from([0, 0, 0, 1]), repeats=st.integers(1, 12))
    def frames_come(self, scene: dict[int, float | None], newcomers: int, repeats: int) -> None:
        for _ in range(repeats):
            self.frame(scene, newcomers)

    @rule(count=st.integers(1, 4), newcomers=st.integers(0, 1), repeats=st.integers(5, 40))
    def a_group_smiles(self, count: int, newcomers: int, repeats: int) -> None:
        self.obey(Command.ARM)
        for _ in range(repeats):
            self.frame(dict.fromkeys(range(1, count + 1), SURE), newcomers)

    @rule(seconds=st.sampled_from([0.1, 0.9, 5.0, 90.0]))
    def no_frame_comes(self, seconds: float) -> None:
        self.pass_time(seconds)

    @rule()
    def time_goes_back(self) -> None:
        """A camera opened again may stamp from zero."""
        self.frame({}, 0, at=0.0)
        self.triggers.clear()

    @rule(gap=st.sampled_from([0.005, 0.1, 0.3, 1.0, 3.5, 11.0]))
    def button_goes_down_for(self, gap: float) -> None:
        self.edge(True)
        self.pass_time(gap)
        self.edge(False)

    @rule(command=st.sampled_from(Command))
    def command(self, command: Command) -> None:
        self.obey(command)

    @rule(new=rules)
    def config_is_edited(self, new: Rule) -> None:
        self.decider.use(new)
        self.rule = new
        self.triggers.clear()

    @rule(fault=st.sampled_from(FAULTS + REMINDERS), present=st.booleans())
    def fault(self, fault: Light, present: bool) -> None:
        self.player.condition(fault, present)
        (self.faults.add if present else self.faults.discard)(fault)
        self.look()

    @rule()
    def everybody_is_patient(self) -> None:
        """Whatever happened: let go of the button, arm, stop smiling, smile, and there is a photo."""
        for fault in list(self.faults):
            self.player.condition(fault, False)
        self.faults.clear()
        self.pass_time(15)
        self.obey(Command.ARM)
        count = max(2, self.rule.who.at_least or 0)
        for _ in range(40):
            self.frame(dict.fromkeys(range(11, 11 + count), 0.0), 0)
        before = len(self.photos)
        for _ in range(90):
            self.frame(dict.fromkeys(range(11, 11 + count), SURE), 0)
        assert len(self.photos) > before
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

    def frame(self, scene: dict[int, float | None], newcomers: int, at: float | None = None) -> None:
        self.pass_time(STEP)
        time = self.now if at is None else at
        decision = self.decider.process(people(time, scene, newcomers))
        self.frames[id(decision.frame)] = decision
        self.check(decision, scene, newcomers)
        self.photos += self.chosen(decision)
        self.player.show(decision.light, decision.level)
        if (number := self.heads.news(decision)) is not None:
            assert number == sum(one.person.counts for one in decision.people)
            self.player.count(number)
        self.look()

    def check(self, decision: Decision, scene: dict[int, float | None], newcomers: int) -> None:
        stops = level_of(self.rule.expression, self.rule.sensitivity).stops
        present, shown = len(scene), sum(score is not None and score >= stops for score in scene.values())
        enough = {
            "at_least": lambda: shown >= (self.rule.who.at_least or 0),
            "share": lambda: 2 * shown >= present + newcomers,
            "everyone": lambda: shown == present and not newcomers,
        }["at_least" if self.rule.who.at_least else "share" if self.rule.who.share else "everyone"]()
        obeys = present >= 1 and present + newcomers <= self.rule.max_faces and enough
        if decision.take_photo and not decision.asked:
            assert obeys
            assert decision.armed
            now = decision.frame.captured_at
            self.triggers.append(now)
            for earlier, later in itertools.pairwise(self.triggers):
                assert later - earlier >= self.rule.cooldown_seconds - 1e-9
        if decision.asked:
            self.asked -= 1
            self.triggers.clear()
            assert self.asked >= 0
        self.asked = 0 if decision.asked else self.asked
        assert (decision.light is Light.DISARMED) == (not decision.armed and not decision.asked)
        if decision.light is Light.ALL:
            assert obeys
        if decision.light is Light.ARMED:
            assert not scene

    def chosen(self, decision: Decision) -> list[Decision]:
        photos = list(self.chooser.process(decision) or ())
        for photo in photos:
            judged = self.frames[id(photo.frame)]
            assert photo.asked or (judged.all_show and judged.episode)
        return photos

    def look(self) -> None:
        """What the LED does agrees with what is so."""
        step, output = self.player.next()
        hidden = [light for light in LANGUAGE if light in self.faults and light in FAULTS]
        if hidden:
            pattern = LANGUAGE[hidden[0]].pattern(self.player.facts)
            assert step in set(itertools.islice(pattern, 20))
            assert not output.flash
        if output.flash:
            assert not hidden


def explore(sequences: int) -> None:
    run_state_machine_as_test(
        Appliance,
        settings=settings(
            max_examples=sequences,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_sequence_breaks_the_rule_or_makes_the_light_lie() -> None:
    explore(150)


@pytest.mark.long
@pytest.mark.timeout(0)
def test_no_sequence_of_a_hundred_thousand_does() -> None:
    explore(100_000)
