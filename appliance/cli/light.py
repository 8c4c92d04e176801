"""``smart-selfie light STATE``: the light while the appliance does not run, as after its last attempt."""

import argparse
import logging
import signal
import sys
import threading

from appliance.cli.common import add_config_arguments, config_in_force
from appliance.hw.gpio import open_panel
from appliance.language.choice import of_system
from appliance.light.states import SIGNALS
from appliance.light.table import TABLE
from appliance.system.service import setup_logging

log = logging.getLogger(__name__)

_SIGNALS = {str(signal): signal for signal in SIGNALS}

NOT_THE_LIGHT = {"button_pin": "none", "buzzer_pin": "none", "flash_pin": "none"}
"""Sections that may themselves be the fault that the light has to show."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    names = ", ".join(_SIGNALS)
    parser.add_argument("state", choices=list(_SIGNALS), metavar="STATE", help=f"one of {names}")
    add_config_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Exit 0 when stopped by SIGTERM or SIGINT.

    With an invalid configuration the pins are those of the last good one.
    """
    setup_logging()
    config = config_in_force(args)
    lights = config.hardware.model_copy(update=NOT_THE_LIGHT)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    panel = open_panel(lights, lambda _: None)
    try:
        row = TABLE[_SIGNALS[args.state]]
        if sys.stdout.isatty():
            translate = of_system().translate
            ending = translate("Ctrl-C ends it.")
            print(f"{translate(row.title)}: {translate(row.seen)}. {ending}", flush=True)
        panel.light.show(_SIGNALS[args.state])
        stop.wait()
    finally:
        panel.close()
    return 0
