"""The light says what the appliance waits for, to people who have no screen."""

import itertools

import pytest

from appliance.light.patterns import Step
from appliance.light.player import REMIND_SECONDS, Player
from appliance.light.row import Kind
from appliance.light.states import Condition, State
from appliance.light.table import CONDITIONS, TABLE
from tests.support.light_steps import steps

FAULTS = [condition for condition in CONDITIONS if TABLE[condition].kind is Kind.EXCLUSIVE]
REMINDERS = [condition for condition in CONDITIONS if TABLE[condition].kind is Kind.REMINDER]


def shown(player: Player, count: int) -> list[Step]:
    return [player.next()[0] for _ in range(count)]


def test_not_ready_is_dark_and_all_is_solid() -> None:
    assert {step.level for step in steps(State.STARTING)} == {0}
    assert {step.level for step in steps(State.ALL)} == {1}


def test_waiting_blinks_faster_than_armed_pulses() -> None:
    assert steps(State.ARMED, 2) == [(1, 1.0), (0, 1.0)]
    assert steps(State.WAITING, 2) == [(1, 0.4), (0, 0.4)]


def test_the_tempo_of_waiting_climbs_with_the_lowest_face() -> None:
    halves = [steps(State.WAITING, 1, level=level)[0].seconds for level in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert halves == sorted(halves, reverse=True)
    assert halves[-1] == pytest.approx(0.125)
    player = Player()
    player.show(State.WAITING, 0.0)
    slow = player.next()[0].seconds
    assert not player.show(State.WAITING, 1.0)
    player.next()
    assert player.next()[0].seconds < slow


@pytest.mark.parametrize("people", [0, 1, 2, 5, 6])
def test_so_many_short_blinks_as_people(people: int) -> None:
    assert sum(step.level for step in steps(State.PEOPLE, people=people)) == people


def test_more_than_six_people_are_six_blinks_and_a_long_one() -> None:
    on = [step.seconds for step in steps(State.PEOPLE, people=20) if step.level]
    assert len(on) == 7
    assert on[-1] > 3 * on[0]


def test_people_are_reported_once_and_the_state_goes_on() -> None:
    player = Player()
    player.show(State.WAITING)
    assert player.count(3)
    told = steps(State.PEOPLE, people=3)
    assert shown(player, len(told) + 2) == told + steps(State.WAITING, 2)


def test_who_holds_still_is_not_told_numbers() -> None:
    player = Player()
    player.show(State.WAITING)
    player.count(3)
    player.next()
    assert player.show(State.ALL)
    assert player.next()[0] == steps(State.ALL, 1)[0]
    assert not player.count(4)


@pytest.mark.parametrize("state", REMINDERS)
def test_a_reminder_is_said_in_between_and_the_state_goes_on(state: Condition) -> None:
    player = Player()
    player.show(State.WAITING)
    player.condition(state, present=True)
    reminder = steps(state)
    assert shown(player, len(reminder)) == reminder
    between = list(
        itertools.takewhile(lambda step: step != reminder[0], (player.next()[0] for _ in range(99)))
    )
    assert between == steps(State.WAITING, len(between))
    assert REMIND_SECONDS <= sum(step.seconds for step in between) <= REMIND_SECONDS + 1
    player.condition(state, present=False)
    shown(player, len(reminder))
    assert set(shown(player, 60)) == set(steps(State.WAITING))


def test_two_reminders_take_turns() -> None:
    player = Player()
    player.show(State.ARMED)
    for state in REMINDERS[:2]:
        player.condition(state, present=True)
    longs = [step for step in shown(player, 60) if step not in steps(State.ARMED, 2)]
    assert longs[: len(steps(REMINDERS[0]))] == steps(REMINDERS[0])
    assert longs[len(steps(REMINDERS[0])) :][: len(steps(REMINDERS[1]))] == steps(REMINDERS[1])


def test_no_reminder_disturbs_people_who_hold_still() -> None:
    player = Player()
    player.show(State.ALL)
    player.condition(Condition.CONFIG_BAD, present=True)
    assert {step.level for step in shown(player, 20)} == {1}


def test_saving_is_said_after_the_photo_and_until_it_is_saved() -> None:
    player = Player()
    player.show(State.ALL)
    player.show(State.PHOTO)
    player.condition(Condition.SAVING, present=True)
    burst = steps(State.PHOTO)
    assert shown(player, len(burst) + 2) == burst + steps(Condition.SAVING, 2)
    assert player.condition(Condition.SAVING, present=False)
    assert shown(player, 1) == steps(State.ALL, 1)


def test_an_rgb_light_goes_from_red_over_yellow_to_green_and_a_buzzer_beeps_for_the_photo() -> None:
    player = Player()
    colours = []
    for state, level in ((State.WAITING, 0.1), (State.WAITING, 0.9), (State.ALL, 1.0)):
        player.show(state, level)
        player.next()
        colours.append(next(out.colour for _, out in (player.next() for _ in range(4)) if out.level))
    assert colours == [(1, 0, 0), (1, 1, 0), (0, 1, 0)]
    player.show(State.PHOTO)
    outputs = [player.next()[1] for _ in range(2)]
    assert [out.tone for out in outputs] == [None, 880.0]


def test_the_flash_is_on_only_while_everybody_shows_it() -> None:
    player = Player()
    for state in (State.ARMED, State.WAITING, State.ALL, State.DISARMED):
        player.show(state)
        assert player.next()[1].flash == (state is State.ALL)
    player.show(State.ALL)
    player.condition(Condition.CAMERA_LOST, present=True)
    assert not player.next()[1].flash


@pytest.mark.parametrize(("fault", "blinks"), [(Condition.CAMERA_LOST, 2), (Condition.STORAGE_FAULT, 3)])
def test_a_fault_can_be_told_by_counting_blinks(fault: Condition, blinks: int) -> None:
    period = steps(fault, 2 * blinks + 1)
    assert sum(step.level for step in period) == blinks
    gaps = [step.seconds for step in period if not step.level]
    assert sum(gaps[-2:]) >= 4 * gaps[0]  # the pause is not taken for one more gap
    assert steps(fault, 4 * blinks + 2) == period * 2


def test_disarmed_is_a_short_blip_every_three_seconds() -> None:
    period = steps(State.DISARMED, 3)
    assert sum(step.seconds for step in period) == pytest.approx(3.0)
    assert sum(step.seconds for step in period if step.level) <= 0.1


def test_a_burst_is_seen_on_a_light_that_is_already_on() -> None:
    assert steps(State.PHOTO)[0].level == 0


def test_a_new_state_is_said_at_once_and_from_its_beginning() -> None:
    player = Player()
    assert player.show(State.WAITING)
    shown(player, 3)
    assert player.show(State.ARMED)
    assert shown(player, 4) == steps(State.ARMED, 4)


def test_the_same_state_again_does_not_restart_the_pattern() -> None:
    player = Player()
    player.show(State.ARMED)
    first = player.next()[0]
    assert not player.show(State.ARMED)
    assert [first, player.next()[0]] == steps(State.ARMED, 2)


def test_the_photo_flashes_once_although_every_frame_asks_for_it_and_then_the_state_is_back() -> None:
    player = Player()
    player.show(State.ALL)
    burst = steps(State.PHOTO)
    seen = []
    for _ in range(len(burst) + 3):
        player.show(State.PHOTO)
        seen.append(player.next()[0])
    assert seen == burst + steps(State.ALL, 3)


def test_a_flash_is_played_to_its_end_and_then_the_newest_state_is_said() -> None:
    player = Player()
    player.show(State.ALL)
    assert player.show(State.PHOTO)
    shown(player, 2)
    assert not player.show(State.WAITING)
    assert shown(player, len(steps(State.PHOTO)) - 2) == steps(State.PHOTO)[2:]
    assert shown(player, 2) == steps(State.WAITING, 2)


def test_two_photos_flash_twice() -> None:
    player = Player()
    for _ in range(2):
        player.show(State.ALL)
        player.show(State.PHOTO)
        assert shown(player, len(steps(State.PHOTO))) == steps(State.PHOTO)
        player.next()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_hides_every_state_until_it_is_over(fault: Condition) -> None:
    player = Player()
    player.show(State.ALL)
    assert player.condition(fault, present=True)
    assert not player.show(State.WAITING)
    assert shown(player, 5) == steps(fault, 5)
    assert player.condition(fault, present=False)
    assert shown(player, 2) == steps(State.WAITING, 2)


def test_the_light_never_says_photo_taken_while_photos_cannot_be_kept() -> None:
    player = Player()
    player.show(State.ALL)
    player.show(State.PHOTO)
    player.next()
    player.condition(Condition.STORAGE_FAULT, present=True)
    player.show(State.ALL)
    player.show(State.PHOTO)
    assert shown(player, 7) == steps(Condition.STORAGE_FAULT, 7)


def test_of_two_faults_the_lost_camera_is_said_first() -> None:
    player = Player()
    player.condition(Condition.STORAGE_FAULT, present=True)
    player.condition(Condition.CAMERA_LOST, present=True)
    assert shown(player, 5) == steps(Condition.CAMERA_LOST, 5)
    player.condition(Condition.CAMERA_LOST, present=False)
    assert shown(player, 7) == steps(Condition.STORAGE_FAULT, 7)
