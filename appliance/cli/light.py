"""``smart-selfie light STATE``: the light while the appliance itself does not run: at boot, after a fault."""

import argparse
import logging
import os
import signal
import threading

from appliance.cli.common import add_config_arguments, config_of
from appliance.clock import MonotonicClock
from appliance.frames import Light
from appliance.hw.gpio import DEVICES, open_panel
from appliance.hw.handover import keep_pins
from appliance.service import setup_logging

log = logging.getLogger(__name__)

PINS_SECONDS = 10.0
"""Early at boot the pins are not there yet, or still belong to root; udev needs a moment."""
_POLL_SECONDS = 0.1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("state", choices=[str(state) for state in Light], metavar="STATE")
    add_config_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Exit 0 when told to stop by SIGTERM or SIGINT, or when the appliance that is booting wants the pins."""
    setup_logging()
    lights = config_of(args).hardware.model_copy(update={"button_pin": "none", "buzzer_pin": "none"})
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    _wait_for_pins(stop)
    panel = open_panel(lights, lambda _: None, log)
    try:
        panel.show(Light(args.state))
        if args.state == Light.BOOTING:
            keep_pins(MonotonicClock(), stop)
        else:
            stop.wait()
    finally:
        panel.close()
    return 0


def _wait_for_pins(stop: threading.Event) -> None:
    clock = MonotonicClock()
    end = clock.now() + PINS_SECONDS
    while clock.now() < end and not stop.is_set():
        if any(os.access(chip, os.R_OK | os.W_OK) for chip in DEVICES.glob("gpiochip*")):
            return
        clock.wait_until(clock.now() + _POLL_SECONDS, stop)
