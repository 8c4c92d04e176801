"""The light's thread: changes at once, ends dark, and survives a device that fails."""

import threading

import pytest

from appliance.light.player import LightOutput
from appliance.light.states import Condition, State
from appliance.light.thread import LightThread
from tests.support.light_steps import steps

WAIT = 10.0  # only so that a broken light fails the test instead of hanging it


class Led:
    """Records its levels, and lets a test wait for one instead of for time."""

    def __init__(self) -> None:
        self.levels: list[float] = []
        self._changed = threading.Condition()

    def __call__(self, output: LightOutput) -> None:
        with self._changed:
            self.levels.append(output.level)
            self._changed.notify_all()

    def wait_for(self, level: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.levels[-1:] == [level], WAIT)

    def wait_for_levels(self, count: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: len(self.levels) >= count, WAIT)


def test_the_thread_switches_in_the_middle_of_a_step_and_leaves_the_led_off() -> None:
    led = Led()
    light = LightThread({"LED": led})
    try:
        assert "light" in {thread.name for thread in threading.enumerate()}
        assert led.wait_for(0)  # off for a minute, were it not interrupted
        light.show(State.ALL)
        assert led.wait_for(1)
    finally:
        light.close()
    assert led.levels == [0, 1, 0]
    assert "light" not in {thread.name for thread in threading.enumerate()}
    light.close()


def test_a_photo_flashes_on_the_led_and_the_light_is_solid_again() -> None:
    led = Led()
    light = LightThread({"LED": led})
    assert led.wait_for(0)
    light.show(State.ALL)
    assert led.wait_for(1)
    light.show(State.PHOTO)
    flashes = [step.level for step in steps(State.PHOTO)]
    assert led.wait_for_levels(len(flashes) + 3)
    light.close()
    assert led.levels == [0, 1, *flashes, 1, 0]


def test_an_led_that_fails_is_reported_in_the_journal_and_stops_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    failed = threading.Event()

    def broken(output: LightOutput) -> None:
        failed.set()
        raise OSError("GPIO is gone")

    light = LightThread({"LED": broken})
    assert failed.wait(WAIT)
    light.show(State.ALL)
    light.close()
    assert "GPIO is gone" in caplog.text


def test_without_devices_there_is_no_thread_and_everything_can_be_said_all_the_same() -> None:
    light = LightThread({})
    assert "light" not in {thread.name for thread in threading.enumerate()}
    light.show(State.ALL)
    light.count(3)
    light.condition(Condition.CAMERA_LOST, True)
    light.close()
