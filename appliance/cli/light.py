"""``smart-selfie light STATE``: the light while the appliance itself does not run, as after its last try."""

import argparse
import logging
import signal
import threading

from appliance.cli.common import add_config_arguments, config_of
from appliance.frames import Light
from appliance.hw.gpio import open_panel
from appliance.service import setup_logging

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("state", choices=[str(state) for state in Light], metavar="STATE")
    add_config_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Exit 0 when told to stop by SIGTERM or SIGINT."""
    setup_logging()
    lights = config_of(args).hardware.model_copy(update={"button_pin": "none", "buzzer_pin": "none"})
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    panel = open_panel(lights, lambda _: None, log)
    try:
        panel.show(Light(args.state))
        stop.wait()
    finally:
        panel.close()
    return 0
