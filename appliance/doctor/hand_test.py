"""Test of light and button by hand: press the button when the light shines."""

import threading

from appliance.clock import Clock
from appliance.config.schema import HardwareSettings
from appliance.doctor.finding import Finding, good, unknown, warning
from appliance.errors import ApplianceError
from appliance.hw import board
from appliance.hw.gpio import open_panel
from appliance.hw.machine import Machine
from appliance.light.states import State

TITLE = "hand test"


def press_when_it_shines(
    hardware: HardwareSettings, machine: Machine, clock: Clock, seconds: float
) -> Finding:
    """Let the light shine and wait for a press of the button, ``seconds`` at most."""
    if not board.gpio_chips(machine):
        return unknown(TITLE, "no GPIO here: light and button are simulated")
    if hardware.button_pin == "none":
        return unknown(TITLE, "no button is configured (hardware.button_pin is none)")
    pressed = threading.Event()
    try:
        panel = open_panel(hardware, lambda _gesture: pressed.set(), clock=clock)
    except ApplianceError as error:
        return warning(TITLE, error.what, error.hint)
    try:
        panel.light.show(State.ALL)
        seen = clock.wait_until(clock.now() + seconds, pressed)
    finally:
        panel.close()
    if seen:
        return good(TITLE, "the button was pressed while the light shone")
    return warning(
        TITLE,
        f"no press within {seconds:.0f} s while the light shone",
        "Run it again and press the button when the light is on; else check the wiring in build-it.md",
    )
