"""The queue before a stage: it never blocks, and drops the oldest."""

import pytest

from appliance.line.inbox import Closed, Inbox


def test_a_full_inbox_drops_the_oldest_and_counts_it() -> None:
    inbox: Inbox[int] = Inbox(2)
    for number in range(5):
        inbox.put(number)
    inbox.close()
    assert [inbox.get(0), inbox.get(0)] == [3, 4]
    assert inbox.dropped == 3
    with pytest.raises(Closed):
        inbox.get(0)


def test_a_precious_item_is_the_last_thing_a_full_inbox_drops() -> None:
    inbox: Inbox[int] = Inbox(3, lambda number: number == 1)
    for number in range(10):
        inbox.put(number)
    inbox.close()
    assert [inbox.get(0) for _ in range(3)] == [1, 8, 9]
    assert inbox.dropped == 7


def test_where_all_are_precious_the_oldest_is_dropped() -> None:
    inbox: Inbox[int] = Inbox(2, lambda _: True)
    for number in range(3):
        inbox.put(number)
    assert [inbox.get(0), inbox.get(0)] == [1, 2]


def test_a_late_item_gives_its_place_to_a_newer_one_and_only_if_there_is_one() -> None:
    inbox: Inbox[int] = Inbox(2)
    assert not inbox.exchange(0)
    assert (len(inbox), inbox.dropped) == (0, 0)
    inbox.put(1)
    assert inbox.exchange(2)
    assert (inbox.get(0), len(inbox), inbox.dropped) == (2, 0, 1)


def test_an_empty_inbox_waits_no_longer_than_asked() -> None:
    assert Inbox[int](1).get(timeout=0.01) is None
