"""``smart-selfie run``: the appliance itself."""

import argparse

from appliance.cli.common import add_config_arguments, config_of
from appliance.service import setup_logging


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--verbose", action="store_true", help="say more")
    add_config_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Until SIGTERM. Exit 0 stopped as told, 1 something broke, 2 the configuration is bad."""
    from appliance.daemon import Daemon  # noqa: PLC0415  (a bad configuration is told without loading it all)

    setup_logging(verbose=args.verbose)
    daemon = Daemon(config_of(args))
    daemon.handle_signals()
    daemon.run()
    return 0
