"""Light and button on the pins of a Raspberry Pi, through gpiozero; where there are none, simulated."""

import contextlib
import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from appliance.clock import Clock, MonotonicClock
from appliance.config.schema import ButtonSettings, HardwareSettings
from appliance.errors import GpioError
from appliance.hw.button import Gesture, Gestures
from appliance.hw.button_watch import ButtonWatch
from appliance.hw.early_light import chip_label
from appliance.light.player import LightOutput
from appliance.light.states import Condition
from appliance.light.thread import Drive, LightThread

# gpiozero takes 0.1 s and more to import, and a laptop does not need it before the pins are opened.
# ruff: noqa: PLC0415

log = logging.getLogger(__name__)

FACTORY_VARIABLE = "GPIOZERO_PIN_FACTORY"
"""gpiozero's own environment variable for an explicit pin factory."""
DEVICES = Path("/dev")
"""Where the kernel shows GPIO, as gpiochip0 and so on."""


class Panel:
    """Devices on the pins: ``light`` with flash and buzzer, and the button. Each may be absent.

    ``factory`` is gpiozero's pin factory: tests press and read its pins.
    """

    def __init__(self, factory: Any, light: LightThread, devices: contextlib.ExitStack) -> None:
        self.factory = factory
        self.light = light
        self._devices = devices

    def close(self) -> None:
        """Switch the light off and release the pins. Safe to call twice."""
        self._devices.close()

    def chip(self) -> str | None:
        """Return the label of the GPIO chip that the pins are on; None where they are simulated."""
        number = getattr(self.factory, "chip", None)
        if number is None:
            return None
        try:
            return chip_label(str(DEVICES / f"gpiochip{number}"))
        except OSError:
            return None


def open_panel(
    settings: HardwareSettings,
    on_gesture: Callable[[Gesture], None],
    *,
    clock: Clock | None = None,
    factory: Any = None,
    language: ButtonSettings | None = None,
) -> Panel:
    """Open the light, dark, and the button, listening. ``on_gesture`` is called from the button's thread.

    The pins are those of ``factory``; without one, of ``GPIOZERO_PIN_FACTORY``; else of the Pi if there is a
    gpiochip; else simulated, which the journal says once. Raises GpioError.
    """
    factory = _find_factory() if factory is None else factory
    with contextlib.ExitStack() as devices:
        pins = _Pins(factory, devices)
        light = LightThread(dict(_drives(settings, pins)))
        devices.callback(light.close)
        if settings.button_pin != "none":
            _listen(
                settings.button_pin,
                pins,
                light,
                language or ButtonSettings(),
                on_gesture,
                clock or MonotonicClock(),
            )
        return Panel(factory, light, devices.pop_all())


class _Pins:
    """Opens devices on ``factory``; ``devices`` releases their pins."""

    def __init__(self, factory: Any, devices: contextlib.ExitStack) -> None:
        self._factory = factory
        self._devices = devices

    def open(self, key: str, kind: Callable[..., Any], *pins: int, **options: Any) -> Any:
        """Return gpiozero's device ``kind`` on ``pins``, those of the setting ``key``. Raises GpioError."""
        with _explained(key, *pins):
            device = kind(*pins, pin_factory=self._factory, **options)
        self.callback(_give_back, device)
        return device

    def callback(self, work: Callable[..., object], *arguments: Any) -> None:
        """Call ``work`` when the panel closes, before what was opened earlier is closed."""
        self._devices.callback(work, *arguments)


def _drives(settings: HardwareSettings, pins: _Pins) -> Iterator[tuple[str, Drive]]:
    """Open the connected devices. Raises GpioError."""
    if settings.led_pin != "none":
        yield "LED", _led(settings.led_pin, pins)
    if settings.rgb_pins != "none":
        yield "RGB LED", _rgb(settings.rgb_pins, pins)
    if settings.flash_pin != "none":
        yield "flash", _flash(settings.flash_pin, pins)
    if settings.buzzer_pin != "none":
        yield "buzzer", _buzzer(settings.buzzer_pin, pins)


def _led(pin: int, pins: _Pins) -> Drive:
    from gpiozero import LED

    led = pins.open("led_pin", LED, pin)
    return lambda output: led.on() if output.level else led.off()


def _rgb(three: tuple[int, int, int], pins: _Pins) -> Drive:
    """Open an RGB LED with a common cathode."""
    from gpiozero import RGBLED

    rgb = pins.open("rgb_pins", RGBLED, *three, pwm=False)
    return lambda output: setattr(rgb, "value", output.colour)


def _flash(pin: int, pins: _Pins) -> Drive:
    """Open a lamp that lights the faces while everybody shows it."""
    from gpiozero import LED

    lamp = pins.open("flash_pin", LED, pin)
    return lambda output: lamp.on() if output.flash else lamp.off()


def _buzzer(pin: int, pins: _Pins) -> Drive:
    """Open a passive buzzer."""
    from gpiozero import TonalBuzzer
    from gpiozero.tones import Tone

    buzzer = pins.open("buzzer_pin", TonalBuzzer, pin)

    def sound(output: LightOutput) -> None:
        if output.tone is not None:
            buzzer.play(Tone.from_frequency(output.tone))
        elif buzzer.is_active:
            buzzer.stop()

    return sound


def _listen(
    pin: int,
    pins: _Pins,
    light: LightThread,
    language: ButtonSettings,
    on_gesture: Callable[[Gesture], None],
    clock: Clock,
) -> None:
    """Open the button and watch it; the light shows its faults. Raises GpioError."""
    from gpiozero import Button

    button = pins.open("button_pin", Button, pin, pull_up=True)
    with _explained("button_pin", pin):
        down = button.is_pressed

    def heard(gesture: Gesture) -> None:
        if gesture is Gesture.STUCK:
            log.warning("The button on GPIO%d is stuck, shorted or loose: it does nothing for now", pin)
        elif gesture is Gesture.FREED:
            log.info("The button on GPIO%d was released; it works", pin)
        elif gesture is Gesture.CHATTER:
            log.warning("The button on GPIO%d chatters: more presses at once than anybody makes", pin)
        light.condition(Condition.LET_GO, gesture is Gesture.HOLDING and language.hold != "none")
        if gesture in {Gesture.STUCK, Gesture.FREED}:
            light.condition(Condition.BUTTON_STUCK, gesture is Gesture.STUCK)
        on_gesture(gesture)

    gestures = Gestures(down, language.hold_seconds, double=language.double_press != "none")
    if down:
        log.warning(
            "The button on GPIO%d is down already: held, stuck or shorted. It counts once it is released", pin
        )
        light.condition(Condition.BUTTON_STUCK, True)
    watch = ButtonWatch(gestures, heard, clock)
    pins.callback(watch.close)
    button.when_pressed = lambda: watch.edge(True)
    button.when_released = lambda: watch.edge(False)


def _give_back(device: Any) -> None:
    try:
        device.close()
    except Exception as error:  # GPIO libraries raise errors of their own making
        log.warning("A pin could not be released: %s", error)


def _find_factory() -> Any:
    """Return gpiozero's global factory, made on demand; gpiozero closes it when the process ends."""
    from gpiozero import Device
    from gpiozero.pins.mock import MockFactory, MockPWMPin

    if Device.pin_factory is not None:
        return Device.pin_factory
    wish = os.environ.get(FACTORY_VARIABLE)
    if wish:
        return _wished_factory(wish)
    Device.pin_factory = MockFactory(pin_class=MockPWMPin)  # a buzzer needs PWM
    if not any(DEVICES.glob("gpiochip*")):
        log.info("This machine has no GPIO: light and button are simulated")
        return Device.pin_factory
    try:
        Device.pin_factory = _lgpio_factory()
    except Exception as error:  # lgpio.error, ImportError, OSError, PinUnknownPi, …
        log.warning("GPIO cannot be used (%s): light and button are simulated", error)
    return Device.pin_factory


def _wished_factory(name: str) -> Any:
    """Return the factory ``name`` of gpiozero's environment variable, or raise, without a fallback."""
    from gpiozero import Device

    try:
        Device.ensure_pin_factory()
    except Exception as error:
        raise GpioError(
            f"{FACTORY_VARIABLE}={name} gives no pins: {error}",
            f"Unset {FACTORY_VARIABLE}, or use lgpio on a Pi and mock elsewhere",
        ) from error
    return Device.pin_factory


def _lgpio_factory() -> Any:
    """Return gpiozero's factory for lgpio, the only one that works on every current Pi and kernel.

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
