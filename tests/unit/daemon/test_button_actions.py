"""What a push of the button does, as the settings say."""

from collections.abc import Callable

import pytest

from appliance.config.schema import ButtonSettings
from appliance.daemon.button_actions import ButtonActions
from appliance.daemon.conditions import Conditions
from appliance.errors import StorageError
from appliance.hw.button import Gesture
from appliance.light.states import Condition
from appliance.records.decision import Command


def refuse() -> None:
    raise StorageError("Powering off cannot be asked for", "Is it installed?")


def push(
    gesture: Gesture,
    language: ButtonSettings,
    power_off: Callable[[], None] | None = None,
    conditions: Conditions | None = None,
) -> list[Command]:
    commands: list[Command] = []
    ButtonActions(commands.append, power_off, conditions or Conditions()).perform(language, gesture)
    return commands


def test_a_press_arms_and_two_presses_take_a_photo() -> None:
    assert push(Gesture.PRESS, ButtonSettings()) == [Command.TOGGLE]
    assert push(Gesture.DOUBLE_PRESS, ButtonSettings()) == [Command.SHOOT]


def test_the_settings_say_what_a_press_means() -> None:
    language = ButtonSettings(press="shoot", double_press="none", hold="none")
    assert push(Gesture.PRESS, language) == [Command.SHOOT]
    assert push(Gesture.DOUBLE_PRESS, language) == []
    assert push(Gesture.HOLD, language, lambda: pytest.fail("it powers off")) == []


@pytest.mark.parametrize("gesture", [Gesture.HOLDING, Gesture.STUCK, Gesture.FREED, Gesture.CHATTER])
def test_what_is_not_a_finished_gesture_does_nothing(gesture: Gesture) -> None:
    assert push(gesture, ButtonSettings(), lambda: pytest.fail("it powers off")) == []


@pytest.mark.parametrize(("power_off", "shown"), [(lambda: None, True), (refuse, False), (None, False)])
def test_powering_off_is_shown_only_if_it_happens(
    power_off: Callable[[], None] | None, shown: bool, caplog: pytest.LogCaptureFixture
) -> None:
    conditions = Conditions()
    assert push(Gesture.HOLD, ButtonSettings(), power_off, conditions) == []
    assert (Condition.POWERING_OFF in conditions) is shown
    assert shown or caplog.text, "the journal says why it does not power off"
