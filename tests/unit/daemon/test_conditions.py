"""Faults, activities and reminders: one set, and everybody who shows them shows the same."""

import threading

from appliance.daemon.conditions import Conditions
from appliance.light.states import Condition

Heard = list[tuple[Condition, bool]]


def test_a_condition_is_heard_when_it_comes_and_when_it_goes_and_only_then() -> None:
    conditions, heard = Conditions(), Heard()
    conditions.subscribe(lambda *change: heard.append(change))
    lost = (False, True, True, False, False)
    changes = [conditions.set(Condition.CAMERA_LOST, present) for present in lost]
    assert changes == [False, True, False, True, False]
    assert heard == [(Condition.CAMERA_LOST, True), (Condition.CAMERA_LOST, False)]


def test_a_new_listener_hears_what_is_present_in_the_order_in_which_it_came() -> None:
    conditions, heard = Conditions(), Heard()
    for condition in (Condition.UNWELL, Condition.CAMERA_LOST, Condition.CONFIG_BAD):
        conditions.set(condition, True)
    conditions.set(Condition.UNWELL, False)
    conditions.subscribe(lambda *change: heard.append(change))
    assert heard == [(Condition.CAMERA_LOST, True), (Condition.CONFIG_BAD, True)]
    assert list(conditions) == [Condition.CAMERA_LOST, Condition.CONFIG_BAD]


def test_who_has_unsubscribed_hears_nothing_more() -> None:
    conditions, heard = Conditions(), Heard()

    def listener(condition: Condition, present: bool) -> None:
        heard.append((condition, present))

    conditions.subscribe(listener)
    conditions.unsubscribe(listener)
    conditions.set(Condition.UNWELL, True)
    assert not heard


def test_whatever_threads_do_at_once_every_listener_ends_with_what_is_present() -> None:
    conditions = Conditions()
    first: dict[Condition, bool] = {}
    second: dict[Condition, bool] = {}
    conditions.subscribe(first.__setitem__)
    conditions.subscribe(second.__setitem__)

    def flicker(condition: Condition) -> None:
        for turn in range(2001):
            conditions.set(condition, turn % 2 == 0)

    flickering = list(Condition)[:4]
    threads = [threading.Thread(target=flicker, args=(condition,)) for condition in flickering * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert first == second == {condition: condition in conditions for condition in flickering}
