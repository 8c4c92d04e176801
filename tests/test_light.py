"""The light says what the appliance waits for, to people who have no screen."""

import itertools
import threading
from pathlib import Path

import pytest

from appliance.frames import Light
from appliance.hw.light import FAULTS, LANGUAGE, Player, ReadyLight, Step

DOCUMENT = Path(__file__).parents[1] / "docs" / "light.md"
WAIT = 10.0  # only so that a broken light fails the test instead of hanging it


def steps(state: Light, count: int = 24) -> list[Step]:
    return list(itertools.islice(LANGUAGE[state].pattern(), count))


def shown(player: Player, count: int) -> list[Step]:
    return [player.next() for _ in range(count)]


def test_there_is_a_word_for_every_state():
    assert set(LANGUAGE) == set(Light)


def test_the_table_in_the_documentation_is_the_one_in_the_code():
    rows = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("|")][2:]
    assert rows == [f"| {state} | {word.look} | {word.means} |" for state, word in LANGUAGE.items()]


@pytest.mark.parametrize("state", Light)
def test_a_plain_led_can_say_it_and_an_eye_can_see_it(state):
    for step in steps(state):
        assert step.level in (0, 1)
        assert step.seconds >= 0.05


@pytest.mark.parametrize("state", Light)
def test_only_the_photo_ends_by_itself(state):
    assert LANGUAGE[state].once == (state is Light.PHOTO)
    assert (len(steps(state, 100)) < 100) == LANGUAGE[state].once


def test_no_two_states_look_the_same_except_that_off_and_starting_are_both_dark():
    looks = {state: tuple(steps(state)) for state in Light if state is not Light.STARTING}
    assert len(set(looks.values())) == len(looks)
    assert looks[Light.OFF] == tuple(steps(Light.STARTING))


def test_not_ready_is_dark_and_all_is_solid():
    assert {step.level for step in steps(Light.STARTING)} == {0}
    assert {step.level for step in steps(Light.ALL)} == {1}


def test_waiting_blinks_faster_than_armed_pulses():
    assert steps(Light.ARMED, 2) == [(1, 1.0), (0, 1.0)]
    assert steps(Light.WAITING, 2) == [(1, 0.125), (0, 0.125)]


@pytest.mark.parametrize(("fault", "blinks"), [(Light.CAMERA_LOST, 2), (Light.STORAGE_FAULT, 3)])
def test_a_fault_can_be_told_by_counting_blinks(fault, blinks):
    period = steps(fault, 2 * blinks + 1)
    assert sum(step.level for step in period) == blinks
    gaps = [step.seconds for step in period if not step.level]
    assert sum(gaps[-2:]) >= 4 * gaps[0]  # the pause is not taken for one more gap
    assert steps(fault, 4 * blinks + 2) == period * 2


def test_disarmed_is_a_short_blip_every_three_seconds():
    period = steps(Light.DISARMED, 3)
    assert sum(step.seconds for step in period) == pytest.approx(3.0)
    assert sum(step.seconds for step in period if step.level) <= 0.1


def test_a_burst_is_seen_on_a_light_that_is_already_on():
    assert steps(Light.PHOTO)[0].level == 0


def test_a_new_state_is_said_at_once_and_from_its_beginning():
    player = Player()
    assert player.show(Light.WAITING)
    shown(player, 3)
    assert player.show(Light.ARMED)
    assert shown(player, 4) == steps(Light.ARMED, 4)


def test_the_same_state_again_does_not_restart_the_pattern():
    player = Player()
    player.show(Light.ARMED)
    first = player.next()
    assert not player.show(Light.ARMED)
    assert [first, player.next()] == steps(Light.ARMED, 2)


def test_the_photo_flashes_once_although_every_frame_asks_for_it_and_then_the_state_is_back():
    player = Player()
    player.show(Light.ALL)
    burst = steps(Light.PHOTO)
    seen = []
    for _ in range(len(burst) + 3):
        player.show(Light.PHOTO)
        seen.append(player.next())
    assert seen == burst + steps(Light.ALL, 3)


def test_a_flash_is_played_to_its_end_and_then_the_newest_state_is_said():
    player = Player()
    player.show(Light.ALL)
    assert player.flash(Light.PHOTO)
    shown(player, 2)
    assert not player.show(Light.WAITING)
    assert shown(player, len(steps(Light.PHOTO)) - 2) == steps(Light.PHOTO)[2:]
    assert shown(player, 2) == steps(Light.WAITING, 2)


def test_two_photos_flash_twice():
    player = Player()
    for _ in range(2):
        player.show(Light.ALL)
        player.show(Light.PHOTO)
        assert shown(player, len(steps(Light.PHOTO))) == steps(Light.PHOTO)
        player.next()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_hides_every_state_until_it_is_over(fault):
    player = Player()
    player.show(Light.ALL)
    assert player.fault(fault, present=True)
    assert not player.show(Light.WAITING)
    assert shown(player, 5) == steps(fault, 5)
    assert player.fault(fault, present=False)
    assert shown(player, 2) == steps(Light.WAITING, 2)


def test_the_light_never_says_photo_taken_while_photos_cannot_be_kept():
    player = Player()
    player.show(Light.ALL)
    player.flash(Light.PHOTO)
    player.next()
    player.fault(Light.STORAGE_FAULT, present=True)
    player.show(Light.PHOTO)
    player.flash(Light.PHOTO)
    assert shown(player, 7) == steps(Light.STORAGE_FAULT, 7)


def test_of_two_faults_the_lost_camera_is_said_first():
    player = Player()
    player.fault(Light.STORAGE_FAULT, present=True)
    player.fault(Light.CAMERA_LOST, present=True)
    assert shown(player, 5) == steps(Light.CAMERA_LOST, 5)
    player.fault(Light.CAMERA_LOST, present=False)
    assert shown(player, 7) == steps(Light.STORAGE_FAULT, 7)


class Led:
    """Records its levels, and lets a test wait for one instead of for time."""

    def __init__(self) -> None:
        self.levels: list[float] = []
        self._changed = threading.Condition()

    def __call__(self, level: float) -> None:
        with self._changed:
            self.levels.append(level)
            self._changed.notify_all()

    def wait_for(self, level: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.levels and self.levels[-1] == level, WAIT)

    def wait_for_levels(self, count: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: len(self.levels) >= count, WAIT)


def test_the_thread_switches_in_the_middle_of_a_step_and_leaves_the_led_off():
    led = Led()
    light = ReadyLight(led)
    try:
        assert "light" in {thread.name for thread in threading.enumerate()}
        assert led.wait_for(0)  # off for a minute, were it not interrupted
        light.show(Light.ALL)
        assert led.wait_for(1)
    finally:
        light.close()
    assert led.levels == [0, 1, 0]
    assert "light" not in {thread.name for thread in threading.enumerate()}
    light.close()


def test_a_photo_flashes_on_the_led_and_the_light_is_solid_again():
    led = Led()
    light = ReadyLight(led)
    assert led.wait_for(0)
    light.show(Light.ALL)
    assert led.wait_for(1)
    light.flash_photo()
    flashes = [step.level for step in steps(Light.PHOTO)]
    assert led.wait_for_levels(len(flashes) + 3)
    light.close()
    assert led.levels == [0, 1, *flashes, 1, 0]


def test_an_led_that_fails_is_told_in_the_journal_and_stops_nobody(caplog):
    failed = threading.Event()

    def broken(level: float) -> None:
        failed.set()
        raise OSError("GPIO is gone")

    light = ReadyLight(broken)
    assert failed.wait(WAIT)
    light.show(Light.ALL)
    light.close()
    assert "GPIO is gone" in caplog.text
