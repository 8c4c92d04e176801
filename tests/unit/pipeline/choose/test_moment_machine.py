"""Any sequence of frames, presses, commands, changes and faults: no photo breaks the rule, the light never
lies, and there is no state that cannot be left.

The rule is worked out a second time, from the frames alone. Hypothesis explores some sequences, and
makes the shortest of one that fails; ``-m long`` walks 100,000 at random, each of which its number brings
back.
"""

import multiprocessing
import random
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from appliance.config.schema import RuleSettings
from appliance.records.decision import Command
from tests.support.appliance_machine import (
    ACTIVITIES,
    CAMERAS,
    FAULTS,
    GAPS,
    PRESSES,
    REMINDERS,
    SCORES,
    Appliance,
    Scene,
)
from tests.support.rule_settings import SETTINGS, rule_of

CHUNK = 500


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
    machine.switch_on(any_rule(chance), chance.choice(CAMERAS))
    steps: list[Callable[[], None]] = [
        lambda: machine.frames_come(any_scene(chance), chance.choice([0, 0, 0, 1]), chance.randint(1, 8)),
        lambda: machine.a_group_smiles(chance.randint(1, 4), chance.randint(0, 1), chance.uniform(0.2, 1.2)),
        lambda: machine.no_frame_comes(chance.choice(GAPS)),
        machine.time_goes_back,
        lambda: machine.button_goes_down_for(chance.choice(PRESSES)),
        lambda: machine.command(chance.choice(list(Command))),
        lambda: machine.config_is_edited(any_rule(chance)),
        lambda: machine.condition(chance.choice(FAULTS + ACTIVITIES + REMINDERS), chance.random() < 0.5),
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


def any_rule(chance: random.Random) -> RuleSettings:
    return rule_of({key: chance.choice(values) for key, values in SETTINGS.items()})


def any_scene(chance: random.Random) -> Scene:
    return {number: chance.choice(SCORES) for number in range(1, 5) if chance.random() < 0.5}


@pytest.mark.slow
def test_no_sequence_breaks_the_rule_or_makes_the_light_lie() -> None:
    explore(60)
    for number in range(150):
        walk(number)


@pytest.mark.long
@pytest.mark.timeout(0)
def test_no_sequence_of_a_hundred_thousand_does() -> None:
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        assert sum(pool.map(walk_from, range(0, 100_000, CHUNK))) == 100_000
