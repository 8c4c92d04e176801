"""``smart-selfie run``: the appliance itself."""

import argparse

from appliance.cli.common import add_config_arguments
from appliance.clock import MonotonicClock
from appliance.config import parse_override
from appliance.config.live import LiveConfig, state_folder
from appliance.config.load import find_config
from appliance.hw.handover import take_pins
from appliance.system.service import ask_for_power_off, setup_logging


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--verbose", action="store_true", help="log more")
    add_config_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Run until SIGTERM. Exit 0 after a stop, 1 after a failure, 2 with an invalid configuration."""
    from appliance.daemon.daemon import Daemon  # noqa: PLC0415  (a bad configuration is told without loading it all)

    setup_logging(verbose=args.verbose)
    overrides = [parse_override(text) for text in args.overrides]
    live = LiveConfig(args.config or find_config(), overrides, state_folder())
    config, fault = live.start()
    daemon = Daemon(config, live=live, fault=fault, power_off=ask_for_power_off)
    daemon.handle_signals()
    take_pins(MonotonicClock())
    daemon.run()
    return 0
