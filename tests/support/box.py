"""The panel on mock pins, with a finger to press its button."""

import time
from collections.abc import Callable

from gpiozero.pins.mock import MockFactory, MockPin

from appliance.clock import VirtualClock
from appliance.config.schema import HardwareSettings
from appliance.hw import gpio
from appliance.hw.button import Gesture

PINS = HardwareSettings(led_pin=17, button_pin=27)


class Contact(MockPin):
    """A mock pin that stays low when pulled up, while a finger or a short holds it down."""

    held = False

    def drive_high(self) -> None:
        if not self.held:
            super().drive_high()


def eventually(true: Callable[[], bool]) -> bool:
    """Whether it becomes true; the limit is only so that a broken program fails instead of hanging."""
    deadline = time.monotonic() + 10
    while not true() and time.monotonic() < deadline:
        time.sleep(0.001)
    return bool(true())


class Box:
    """The panel on mock pins, with a finger to press its button."""

    def __init__(self, settings: HardwareSettings = PINS, held: bool = False) -> None:
        self.factory = MockFactory()
        self.clock = VirtualClock()
        self.gestures: list[Gesture] = []
        self.refuse = False
        self.led = self.factory.pin(17)
        self.contact = self.factory.pin(27, pin_class=Contact)
        self.contact.held = held
        self.panel = gpio.open_panel(settings, self._hear, clock=self.clock, factory=self.factory)

    def _hear(self, gesture: Gesture) -> None:
        self.gestures.append(gesture)
        if self.refuse:
            raise OSError("no")

    def after(self, seconds: float) -> "Box":
        self.clock.wait_until(self.clock.now() + seconds)
        return self

    def heard(self, gestures: list[Gesture]) -> None:
        assert eventually(lambda: self.gestures == gestures), self.gestures

    def down(self) -> None:
        self.contact.held = True
        self.contact.drive_low()

    def up(self) -> None:
        self.contact.held = False
        self.contact.drive_high()
