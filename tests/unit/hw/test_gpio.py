"""Light and button on pins: gpiozero's mock pins, which are part of the product too."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPin, MockPWMPin

from appliance.clock import VirtualClock
from appliance.config.schema import HardwareSettings
from appliance.errors import GpioError
from appliance.hw import gpio
from appliance.hw.button import Gesture
from appliance.light.states import Condition, State
from tests.support.box import PINS, Box, eventually


@pytest.fixture
def box() -> Iterator[Box]:
    box = Box()
    yield box
    box.panel.close()


@pytest.fixture
def no_factory(monkeypatch: pytest.MonkeyPatch) -> None:
    """gpiozero as in a new process, and no wish in the environment."""
    monkeypatch.delenv(gpio.FACTORY_VARIABLE, raising=False)
    monkeypatch.setattr(Device, "pin_factory", None)


def test_a_press_on_the_pin_is_a_press(box: Box) -> None:
    box.after(1).down()
    box.after(0.2).up()
    box.after(1).heard([Gesture.PRESS])


def test_two_presses_on_the_pin_are_a_double_press(box: Box) -> None:
    for _ in range(2):
        box.after(0.2).down()
        box.after(0.1).up()
    box.after(1).heard([Gesture.DOUBLE_PRESS])


def test_a_button_held_at_the_start_is_reported_and_is_not_a_press_until_it_was_released(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    box = Box(held=True)
    assert "GPIO27" in caplog.text
    assert "stuck or shorted" in caplog.text
    box.after(1).up()
    box.after(1).heard([Gesture.FREED])
    assert "released" in caplog.text
    box.after(1).down()
    box.after(0.2).up()
    box.after(1).heard([Gesture.FREED, Gesture.PRESS])
    box.panel.close()


def test_what_the_button_asks_for_may_fail_without_killing_the_button(
    caplog: pytest.LogCaptureFixture,
) -> None:
    box = Box()
    box.refuse = True
    box.after(1).down()
    box.after(0.2).up()
    box.after(1).heard([Gesture.PRESS])
    box.after(1).down()
    box.after(0.2).up()
    box.after(1).heard([Gesture.PRESS, Gesture.PRESS])
    assert "The action of the button failed" in caplog.text
    box.panel.close()


def test_an_rgb_light_a_flash_and_a_buzzer_are_driven_with_the_same_steps() -> None:
    factory = MockFactory(pin_class=MockPWMPin)
    settings = HardwareSettings(
        led_pin="none", rgb_pins=(5, 6, 13), flash_pin=19, buzzer_pin=12, button_pin="none"
    )
    panel = gpio.open_panel(settings, lambda _: None, clock=VirtualClock(), factory=factory)
    panel.light.show(State.ALL)
    assert eventually(lambda: factory.pin(6).state and factory.pin(19).state)
    assert not factory.pin(5).state
    panel.light.show(State.PHOTO)
    assert eventually(lambda: factory.pin(12).frequency == pytest.approx(880, abs=1))
    panel.close()
    assert not factory.pin(19).state


def test_a_buzzer_that_breaks_takes_neither_light_nor_flash_with_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise OSError("no such line")

    monkeypatch.setattr("gpiozero.TonalBuzzer.play", broken)
    factory = MockFactory(pin_class=MockPWMPin)
    settings = HardwareSettings(led_pin=17, flash_pin=19, buzzer_pin=12, button_pin="none")
    panel = gpio.open_panel(settings, lambda _: None, clock=VirtualClock(), factory=factory)
    panel.light.show(State.PHOTO)
    assert eventually(lambda: "The buzzer cannot be driven any more: no such line" in caplog.text)
    panel.light.show(State.ALL)
    assert eventually(lambda: factory.pin(17).state and factory.pin(19).state)
    panel.light.show(State.OFF)
    assert eventually(lambda: not factory.pin(17).state and not factory.pin(19).state)
    assert caplog.text.count("cannot be driven") == 1
    panel.close()


def test_a_flash_on_a_pin_that_is_taken_is_named(box: Box) -> None:
    settings = HardwareSettings(led_pin="none", button_pin="none", flash_pin=17)
    with pytest.raises(GpioError, match=r"GPIO17 \(hardware.flash_pin\) is in use"):
        gpio.open_panel(settings, lambda _: None, factory=box.factory)


def test_the_led_is_on_for_all_and_off_when_closed(box: Box) -> None:
    box.panel.light.show(State.ALL)
    assert eventually(lambda: box.led.state)
    box.panel.close()
    assert not box.led.state
    assert [state.state for state in box.led.states] == [False, True, False]


def test_pins_set_to_none_are_left_alone() -> None:
    box = Box(HardwareSettings(led_pin="none", button_pin="none"))
    box.panel.light.show(State.ALL)
    box.panel.light.show(State.PHOTO)
    box.panel.light.condition(Condition.CAMERA_LOST, present=True)
    box.down()
    assert not box.gestures
    assert not box.led.state
    assert box.led.function == box.contact.function == "input"
    box.panel.close()


def test_a_pin_in_use_is_named_and_the_other_pin_is_released(box: Box) -> None:
    with pytest.raises(GpioError, match=r"GPIO27 \(hardware.button_pin\) is in use"):
        gpio.open_panel(HardwareSettings(led_pin=5, button_pin=27), lambda _: None, factory=box.factory)
    gpio.open_panel(HardwareSettings(led_pin=5, button_pin=6), lambda _: None, factory=box.factory).close()


def test_a_pin_another_program_holds_is_named() -> None:
    class Busy(MockFactory):
        def pin(self, *_: object) -> None:
            raise RuntimeError("'GPIO busy'")  # as lgpio says it

    with pytest.raises(GpioError, match=r"GPIO17 \(hardware.led_pin\) is in use") as caught:
        gpio.open_panel(PINS, lambda _: None, factory=Busy())
    assert "none" in caught.value.hint


def test_the_panel_can_be_opened_again_on_the_same_pins(box: Box) -> None:
    box.panel.close()
    gpio.open_panel(PINS, lambda _: None, factory=box.factory).close()


def test_without_gpio_the_same_program_runs_on_mock_pins_and_says_so_once(
    no_factory: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(gpio, "DEVICES", tmp_path)
    caplog.set_level(logging.INFO)
    for _ in range(2):
        panel = gpio.open_panel(PINS, lambda _: None)
        assert isinstance(panel.factory, MockFactory)
        panel.close()
    assert [record.getMessage() for record in caplog.records] == [
        "This machine has no GPIO: light and button are simulated"
    ]


def test_gpio_that_cannot_be_used_is_a_warning_with_the_reason(
    no_factory: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "gpiochip0").touch()
    monkeypatch.setattr(gpio, "DEVICES", tmp_path)

    def refuse() -> None:
        raise PermissionError(13, "Permission denied", "/dev/gpiochip0")

    monkeypatch.setitem(sys.modules, "gpiozero.pins.lgpio", SimpleNamespace(LGPIOFactory=refuse))
    gpio.open_panel(PINS, lambda _: None).close()
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "Permission denied" in record.getMessage()


def test_a_pin_factory_somebody_asked_for_is_used(
    no_factory: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "gpiochip0").touch()
    monkeypatch.setattr(gpio, "DEVICES", tmp_path)
    monkeypatch.setenv(gpio.FACTORY_VARIABLE, "mock")
    caplog.set_level(logging.INFO)
    panel = gpio.open_panel(PINS, lambda _: None)
    assert isinstance(panel.factory, MockFactory)
    assert not caplog.records
    panel.close()


def test_a_pin_factory_that_does_not_exist_is_an_error_and_not_a_silent_simulation(
    no_factory: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(gpio.FACTORY_VARIABLE, "lgpoi")
    with pytest.raises(GpioError, match="GPIOZERO_PIN_FACTORY=lgpoi"):
        gpio.open_panel(PINS, lambda _: None)


@pytest.mark.slow
def test_gpiozero_is_imported_only_when_the_panel_is_opened() -> None:
    program = "import sys, appliance.hw.gpio; sys.exit('gpiozero' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_pin_that_cannot_be_released_keeps_no_other_from_it_and_is_reported(
    box: Box, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """lgpio claims a line once more to close it, which fails when the chip has gone."""

    give_back = MockPin.close

    def close(pin: MockPin) -> None:
        if pin is box.led:
            raise OSError("GPIO17 not allocated")
        give_back(pin)

    with monkeypatch.context() as away:
        away.setattr(MockPin, "close", close)
        box.panel.close()
    assert "A pin could not be released: GPIO17 not allocated" in caplog.text
    assert not box.contact.when_changed
