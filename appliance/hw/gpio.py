"""Light and button on the pins of a Raspberry Pi, through gpiozero; where there are none, simulated."""

import contextlib
import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from appliance.clock import Clock, MonotonicClock
from appliance.config.schema import ButtonLanguage, Hardware
from appliance.errors import GpioError
from appliance.hw.button import Gesture, Gestures
from appliance.hw.button_watch import ButtonWatch
from appliance.hw.early_light import chip_label
from appliance.light.player import Output, ReadyLight
from appliance.light.states import Condition, Signal

# gpiozero takes 0.1 s and more to import, and a laptop does not need it before the pins are opened.
# ruff: noqa: PLC0415

log = logging.getLogger(__name__)

Owned = TypeVar("Owned")
WISH = "GPIOZERO_PIN_FACTORY"
"""gpiozero's own environment variable: the pin factory somebody insists on."""
DEVICES = Path("/dev")
"""Where the kernel shows GPIO, as gpiochip0 and so on."""


class Panel:
    """What people see, hear and touch: the light, a flash, a buzzer and the button. Each may be absent.

    ``factory`` is gpiozero's pin factory: tests press and read its pins.
    """

    def __init__(self, factory: Any) -> None:
        self.factory = factory
        self._light: ReadyLight | None = None
        self._drives: dict[str, Callable[[Output], None]] = {}
        self._devices = contextlib.ExitStack()

    def show(self, state: Signal, level: float = 0.0) -> None:
        """Let the light say ``state``, at once; ``level`` is how near the lowest face is. Any thread."""
        if self._light is not None:
            self._light.show(state, level)

    def count(self, people: int) -> None:
        """Let the light say once how many people are seen. Any thread."""
        if self._light is not None:
            self._light.count(people)

    def flash_photo(self) -> None:
        """Let the light say "photo taken", then what it said before. Any thread."""
        if self._light is not None:
            self._light.flash_photo()

    def condition(self, state: Condition, present: bool) -> None:
        """Let the light say a fault, an activity or a reminder as long as it is ``present``. Any thread."""
        if self._light is not None:
            self._light.condition(state, present)

    def close(self) -> None:
        """Light off, pins given back. Safe to call twice."""
        self._devices.close()

    def _own(self, device: Owned) -> Owned:
        """``device``, whose pins are given back with the panel; also where the library then fails."""
        self._devices.callback(_give_back, device)
        return device

    def chip(self) -> str | None:
        """The label of the GPIO chip that the pins are on; None where they are simulated."""
        number = getattr(self.factory, "chip", None)
        if number is None:
            return None
        try:
            return chip_label(str(DEVICES / f"gpiochip{number}"))
        except OSError:
            return None

    def add_led(self, pin: int) -> None:
        """One plain LED. Raises GpioError."""
        from gpiozero import LED

        with _explained("led_pin", pin):
            led = self._own(LED(pin, pin_factory=self.factory))
        self._drives["LED"] = lambda output: led.on() if output.level else led.off()

    def add_rgb(self, pins: tuple[int, int, int]) -> None:
        """An RGB LED, common cathode. Raises GpioError."""
        from gpiozero import RGBLED

        with _explained("rgb_pins", *pins):
            rgb = self._own(RGBLED(*pins, pwm=False, pin_factory=self.factory))
        self._drives["RGB LED"] = lambda output: setattr(rgb, "value", output.colour)

    def add_flash(self, pin: int) -> None:
        """A lamp that lights the faces while everybody shows it. Raises GpioError."""
        from gpiozero import LED

        with _explained("flash_pin", pin):
            lamp = self._own(LED(pin, pin_factory=self.factory))
        self._drives["flash"] = lambda output: lamp.on() if output.flash else lamp.off()

    def add_buzzer(self, pin: int) -> None:
        """A passive buzzer. Raises GpioError."""
        from gpiozero import TonalBuzzer
        from gpiozero.tones import Tone

        with _explained("buzzer_pin", pin):
            buzzer = self._own(TonalBuzzer(pin, pin_factory=self.factory))

        def sound(output: Output) -> None:
            if output.tone is not None:
                buzzer.play(Tone.from_frequency(output.tone))
            elif buzzer.is_active:
                buzzer.stop()

        self._drives["buzzer"] = sound

    def start_light(self) -> None:
        """Drive what was added, from now on."""
        if not self._drives:
            return
        self._light = ReadyLight(self._drive)
        self._devices.callback(self._light.close)

    def _drive(self, output: Output) -> None:
        """A device that fails is left out from then on: a broken buzzer is no reason to be dark."""
        for name, drive in list(self._drives.items()):
            try:
                drive(output)
            except Exception as error:  # GPIO libraries raise errors of their own making
                del self._drives[name]
                log.error("The %s cannot be driven any more: %s. All else goes on without it", name, error)

    def add_button(
        self,
        pin: int,
        language: ButtonLanguage,
        on_gesture: Callable[[Gesture], None],
        log: logging.Logger,
        clock: Clock,
    ) -> None:
        """Raises GpioError."""
        from gpiozero import Button

        with _explained("button_pin", pin):
            button = self._own(Button(pin, pull_up=True, pin_factory=self.factory))
            down = button.is_pressed

        def heard(gesture: Gesture) -> None:
            if gesture is Gesture.STUCK:
                log.warning("The button on GPIO%d is stuck, shorted or loose: it does nothing for now", pin)
            elif gesture is Gesture.FREED:
                log.info("The button on GPIO%d was let go; it works", pin)
            elif gesture is Gesture.CHATTER:
                log.warning("The button on GPIO%d chatters: more presses at once than anybody makes", pin)
            self.condition(Condition.LET_GO, gesture is Gesture.HOLDING and language.hold != "none")
            if gesture in {Gesture.STUCK, Gesture.FREED}:
                self.condition(Condition.BUTTON_STUCK, gesture is Gesture.STUCK)
            on_gesture(gesture)

        gestures = Gestures(down, language.hold_seconds, double=language.double_press != "none")
        if down:
            log.warning(
                "The button on GPIO%d is down already: held, stuck or shorted. It counts once it is let go",
                pin,
            )
            self.condition(Condition.BUTTON_STUCK, True)
        watch = ButtonWatch(gestures, heard, clock, log)
        self._devices.callback(watch.close)
        button.when_pressed = lambda: watch.edge(True)
        button.when_released = lambda: watch.edge(False)


def open_panel(
    settings: Hardware,
    on_gesture: Callable[[Gesture], None],
    log: logging.Logger,
    clock: Clock | None = None,
    factory: Any = None,
    language: ButtonLanguage | None = None,
) -> Panel:
    """The light, dark, and the button, listening. ``on_gesture`` is called from the button's thread.

    The pins are those of ``factory``; without one, of ``GPIOZERO_PIN_FACTORY``; else of the Pi if there is a
    gpiochip; else simulated, which ``log`` is told once. Raises GpioError.
    """
    panel = Panel(_find_factory(log) if factory is None else factory)
    try:
        if settings.led_pin != "none":
            panel.add_led(settings.led_pin)
        if settings.rgb_pins != "none":
            panel.add_rgb(settings.rgb_pins)
        if settings.flash_pin != "none":
            panel.add_flash(settings.flash_pin)
        if settings.buzzer_pin != "none":
            panel.add_buzzer(settings.buzzer_pin)
        panel.start_light()
        if settings.button_pin != "none":
            language = language or ButtonLanguage()
            panel.add_button(settings.button_pin, language, on_gesture, log, clock or MonotonicClock())
    except GpioError:
        panel.close()
        raise
    return panel


def _give_back(device: Any) -> None:
    try:
        device.close()
    except Exception as error:  # GPIO libraries raise errors of their own making
        log.warning("A pin could not be given back: %s", error)


def _find_factory(log: logging.Logger) -> Any:
    """gpiozero's global factory, made here if need be; gpiozero closes it when the process ends."""
    from gpiozero import Device
    from gpiozero.pins.mock import MockFactory, MockPWMPin

    if Device.pin_factory is not None:
        return Device.pin_factory
    wish = os.environ.get(WISH)
    if wish:
        return _wished_factory(wish)
    Device.pin_factory = MockFactory(pin_class=MockPWMPin)  # a buzzer needs PWM
    if not any(DEVICES.glob("gpiochip*")):
        log.info("No GPIO here: light and button are simulated")
        return Device.pin_factory
    try:
        Device.pin_factory = _lgpio_factory()
    except Exception as error:  # lgpio.error, ImportError, OSError, PinUnknownPi, …
        log.warning("GPIO cannot be used (%s): light and button are simulated", error)
    return Device.pin_factory


def _wished_factory(name: str) -> Any:
    """The factory ``name`` of gpiozero's environment variable. Who insists on one gets that or an error."""
    from gpiozero import Device

    try:
        Device.ensure_pin_factory()
    except Exception as error:
        raise GpioError(
            f"{WISH}={name} gives no pins: {error}", f"Unset {WISH}, or use lgpio on a Pi and mock elsewhere"
        ) from error
    return Device.pin_factory


def _lgpio_factory() -> Any:
    """gpiozero's factory for lgpio, the only one that works on every Pi and kernel of today.

    gpiozero itself would go on to its experimental one and fail later, at the first button. lgpio makes a
    named pipe in the working directory when imported, which a service cannot write to (gpiozero#1106); a
    folder that is gone at once will do, as the pipe is open by then.
    """
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        from gpiozero.pins.lgpio import LGPIOFactory
    return LGPIOFactory()


@contextlib.contextmanager
def _explained(key: str, *pins: int) -> Iterator[None]:
    from gpiozero import GPIOPinInUse

    try:
        yield
    except Exception as error:  # each pin library has errors of its own
        named = ", ".join(f"GPIO{pin}" for pin in pins)
        busy = isinstance(error, GPIOPinInUse) or "busy" in str(error).lower()
        if busy:
            what, hint = "is in use by another program or overlay", "Stop that program, see `gpioinfo`"
        else:
            what, hint = f"cannot be used: {error}", "See `pinout` for the pins of this board"
        raise GpioError(
            f"{named} (hardware.{key}) {what}",
            f"{hint}, or set hardware.{key} to another pin or none",
            f"hardware.{key}",
        ) from error
