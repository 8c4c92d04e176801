"""Any sequence of frames, presses, commands, changes and faults: no photo breaks the rule, the light never
lies, and there is no state that cannot be left.

The rule is worked out a second time here, from the frames alone. Hypothesis explores some sequences, and
makes the shortest of one that fails; ``-m long`` walks 100,000 at random, each of which its number brings
back.
"""

import itertools
import multiprocessing
import random
from concurrent.futures import ProcessPoolExecutor

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
from appliance.pipeline.sensitivity import Level, level_of
from tests.strategies import TINY, people

STEP = 1 / 30
FAULTS = [light for light, word in LANGUAGE.items() if word.kind is Kind.FAULT]
REMINDERS = [light for light, word in LANGUAGE.items() if word.kind is Kind.REMINDER]
SURE, ABSENT = 0.99, None
CHUNK = 500

SCORES = [ABSENT, 0.0, 0.5, 0.6, 0.7, SURE]
GAPS, PRESSES = [0.1, 0.9, 5.0, 90.0], [0.005, 0.1, 0.3, 1.0, 3.5, 11.0]
SETTINGS = {
    "who": [Who(), Who(at_least=1), Who(at_least=2), Who(at_least=3), Who(share=0.5)],
    "hold_seconds": [0.0, 0.25, 1.0],
    "hold_frames": [0, 10],
    "max_faces": [3, 100],
    "cooldown_seconds": [0.0, 1.0],
    "new_scene": [False, True],
    "mode": ["button", "always_armed"],
    "shots_per_arming": [0, 2],
    "disarm_after_minutes": [0.0, 0.1],
    "smoothing_seconds": [0.0, 0.1],
}


def rule_of(drawn: dict[str, object]) -> Rule:
    """The rule with these settings; what only an appliance with a button has is left out for another."""
    always = {"shots_per_arming": 0, "disarm_after_minutes": 0.0} if drawn["mode"] == "always_armed" else {}
    return Rule(**(drawn | always))


rules = st.fixed_dictionaries({key: st.sampled_from(values) for key, values in SETTINGS.items()}).map(rule_of)
faces = st.dictionaries(st.integers(1, 4), st.sampled_from(SCORES), max_size=4)


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
        self.frames: dict[float, tuple[Decision, bool]] = {}
        self.shot_at = -1e9
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

    @rule(seconds=st.sampled_from(GAPS))
    def no_frame_comes(self, seconds: float) -> None:
        self.pass_time(seconds)

    @rule()
    def time_goes_back(self) -> None:
        """A camera opened again may stamp from zero."""
        self.frame({}, 0, at=0.0)
        self.triggers.clear()

    @rule(gap=st.sampled_from(PRESSES))
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
            if len(self.photos) > before:
                break
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
        decision = self.decider.process(people(time, scene, newcomers, pixels=TINY))
        self.check(decision, scene, newcomers)
        plainly = self.obeys(scene, newcomers, self.level().shows)
        self.frames[decision.frame.captured_at] = decision, plainly
        self.photos += self.chosen(decision)
        self.player.show(decision.light, decision.level)
        if (number := self.heads.news(decision)) is not None:
            assert number == sum(one.person.counts for one in decision.people)
            self.player.count(number)
        self.look()

    def level(self) -> Level:
        return level_of(self.rule.expression, self.rule.sensitivity)

    def obeys(self, scene: dict[int, float | None], newcomers: int, threshold: float) -> bool:
        """The rule in force, on one frame, in plain words."""
        present, shown = len(scene), sum(score is not None and score >= threshold for score in scene.values())
        if not 1 <= present <= self.rule.max_faces - newcomers:
            return False
        if self.rule.who.at_least:
            return shown >= self.rule.who.at_least
        if self.rule.who.share:
            return 2 * shown >= present + newcomers
        return shown == present and not newcomers

    def check(self, decision: Decision, scene: dict[int, float | None], newcomers: int) -> None:
        obeys = self.obeys(scene, newcomers, self.level().stops)
        if decision.take_photo:
            self.shot_at = decision.frame.captured_at
        if decision.take_photo and not decision.asked:
            assert self.obeys(scene, newcomers, self.level().shows)
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
        if decision.light is Light.WAITING:
            assert scene
        if decision.light is Light.PHOTO:
            assert 0 <= decision.frame.captured_at - self.shot_at < 1

    def chosen(self, decision: Decision) -> list[Decision]:
        photos = list(self.chooser.process(decision) or ())
        for photo in photos:
            judged, plainly = self.frames[photo.frame.captured_at]
            assert photo.asked or (plainly and judged.all_show and judged.episode)
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


def walk(number: int) -> None:
    """Sequence ``number``: twenty steps at random, then everybody is patient."""
    chance = random.Random(number)
    machine = Appliance()
    machine.switch_on(any_rule(chance))
    steps = [
        lambda: machine.frames_come(any_scene(chance), chance.choice([0, 0, 0, 1]), chance.randint(1, 12)),
        lambda: machine.a_group_smiles(chance.randint(1, 4), chance.randint(0, 1), chance.randint(5, 40)),
        lambda: machine.no_frame_comes(chance.choice(GAPS)),
        machine.time_goes_back,
        lambda: machine.button_goes_down_for(chance.choice(PRESSES)),
        lambda: machine.command(chance.choice(list(Command))),
        lambda: machine.config_is_edited(any_rule(chance)),
        lambda: machine.fault(chance.choice(FAULTS + REMINDERS), chance.random() < 0.5),
    ]
    for _ in range(20):
        chance.choice(steps)()
    machine.everybody_is_patient()


def walk_from(first: int) -> int:
    """``CHUNK`` sequences from number ``first`` on; how many."""
    for number in range(first, first + CHUNK):
        try:
            walk(number)
        except AssertionError as error:
            raise AssertionError(f"sequence {number} breaks it") from error
    return CHUNK


def any_rule(chance: random.Random) -> Rule:
    return rule_of({key: chance.choice(values) for key, values in SETTINGS.items()})


def any_scene(chance: random.Random) -> dict[int, float | None]:
    return {number: chance.choice(SCORES) for number in range(1, 5) if chance.random() < 0.5}


def test_no_sequence_breaks_the_rule_or_makes_the_light_lie() -> None:
    explore(60)
    for number in range(150):
        walk(number)


@pytest.mark.long
@pytest.mark.timeout(0)
def test_no_sequence_of_a_hundred_thousand_does() -> None:
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        assert sum(pool.map(walk_from, range(0, 100_000, CHUNK))) == 100_000
