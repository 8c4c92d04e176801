"""Light and button on the pins of a Raspberry Pi, through gpiozero; where there are none, simulated."""

import contextlib
import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from appliance.clock import Clock, MonotonicClock
from appliance.config.schema import Hardware
from appliance.errors import GpioError
from appliance.frames import Light
from appliance.hw.button import BOUNCE_SECONDS, Presses
from appliance.hw.light import ReadyLight

# gpiozero takes 0.1 s and more to import, and a laptop does not need it before the pins are opened.
# ruff: noqa: PLC0415

WISH = "GPIOZERO_PIN_FACTORY"
"""gpiozero's own environment variable: the pin factory somebody insists on."""


DEVICES = Path("/dev")
"""Where the kernel shows GPIO, as gpiochip0 and so on."""


class Panel:
    """What people see and touch: the ready light and the button. Either may be absent.

    ``factory`` is gpiozero's pin factory: tests press and read its pins.
    """

    def __init__(self, factory: Any) -> None:
        self.factory = factory
        self._light: ReadyLight | None = None
        self._devices = contextlib.ExitStack()

    def show(self, state: Light) -> None:
        """Let the light say ``state``, at once. Any thread."""
        if self._light is not None:
            self._light.show(state)

    def flash_photo(self) -> None:
        """Let the light say "photo taken", then what it said before. Any thread."""
        if self._light is not None:
            self._light.flash_photo()

    def fault(self, state: Light, present: bool) -> None:
        """Let the light say a fault as long as it is ``present``, whatever else is shown. Any thread."""
        if self._light is not None:
            self._light.fault(state, present)

    def close(self) -> None:
        """Light off, pins given back. Safe to call twice."""
        self._devices.close()

    def add_light(self, pin: int) -> None:
        """Raises GpioError."""
        from gpiozero import LED

        with _explained("led_pin", pin):
            led = self._devices.enter_context(LED(pin, pin_factory=self.factory))
        self._light = ReadyLight(lambda level: led.on() if level else led.off())
        self._devices.callback(self._light.close)

    def add_button(self, pin: int, on_press: Callable[[], None], log: logging.Logger, clock: Clock) -> None:
        """Raises GpioError."""
        from gpiozero import Button

        with _explained("button_pin", pin):
            button = self._devices.enter_context(
                Button(pin, pull_up=True, bounce_time=BOUNCE_SECONDS, pin_factory=self.factory)
            )
            presses = Presses(down_at_start=button.is_pressed)
        if presses.stuck:
            log.warning(
                "The button on GPIO%d is down already: held, stuck or shorted. It counts once it is let go",
                pin,
            )

        def down() -> None:
            if presses.down(clock.now()):
                on_press()

        def up() -> None:
            if presses.up(clock.now()):
                log.info("The button on GPIO%d was let go; it works", pin)

        button.when_pressed = down
        button.when_released = up


def open_panel(
    settings: Hardware,
    on_press: Callable[[], None],
    log: logging.Logger,
    clock: Clock | None = None,
    factory: Any = None,
) -> Panel:
    """The light, dark, and the button, listening. ``on_press`` is called from a thread of gpiozero's.

    The pins are those of ``factory``; without one, of ``GPIOZERO_PIN_FACTORY``; else of the Pi if there is a
    gpiochip; else simulated, which ``log`` is told once. Raises GpioError.
    """
    panel = Panel(_find_factory(log) if factory is None else factory)
    try:
        if settings.led_pin != "none":
            panel.add_light(settings.led_pin)
        if settings.button_pin != "none":
            panel.add_button(settings.button_pin, on_press, log, clock or MonotonicClock())
    except GpioError:
        panel.close()
        raise
    return panel


def _find_factory(log: logging.Logger) -> Any:
    """gpiozero's global factory, made here if need be; gpiozero closes it when the process ends."""
    from gpiozero import Device
    from gpiozero.pins.mock import MockFactory

    if Device.pin_factory is not None:
        return Device.pin_factory
    wish = os.environ.get(WISH)
    if wish:
        return _wished_factory(wish)
    Device.pin_factory = MockFactory()
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
def _explained(key: str, pin: int) -> Iterator[None]:
    from gpiozero import GPIOPinInUse

    try:
        yield
    except Exception as error:  # each pin library has errors of its own
        busy = isinstance(error, GPIOPinInUse) or "busy" in str(error).lower()
        if busy:
            what, hint = "is in use by another program or overlay", "Stop that program, see `gpioinfo`"
        else:
            what, hint = f"cannot be used: {error}", "See `pinout` for the pins of this board"
        raise GpioError(
            f"GPIO{pin} (hardware.{key}) {what}", f"{hint}, or set hardware.{key} to another pin or none"
        ) from error
