"""Real time waits; virtual time jumps, and never back."""

import threading

from appliance.clock import MonotonicClock, VirtualClock


def test_virtual_time_jumps_to_the_moment_and_never_back() -> None:
    clock = VirtualClock(5.0)
    assert not clock.wait_until(7.5)
    assert clock.now() == 7.5
    assert not clock.wait_until(6.0)
    assert clock.now() == 7.5


def test_virtual_time_says_that_it_was_told_to_stop() -> None:
    stop = threading.Event()
    stop.set()
    assert VirtualClock().wait_until(1.0, stop)


def test_real_time_is_up_at_the_moment_and_not_before() -> None:
    clock = MonotonicClock()
    moment = clock.now() + 0.01
    assert not clock.wait_until(moment)
    assert clock.now() >= moment
    assert not clock.wait_until(moment - 1), "what has passed is not waited for"


def test_real_time_is_not_waited_for_once_stopped() -> None:
    stop = threading.Event()
    stop.set()
    clock = MonotonicClock()
    before = clock.now()
    assert clock.wait_until(before + 3600, stop)
    assert clock.now() < before + 3600
