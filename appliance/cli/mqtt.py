"""``smart-selfie mqtt``: the bridge to a broker and Home Assistant, a process of its own."""

import argparse

from appliance.cli.common import add_config_arguments, config_of
from appliance.config.load import find_config
from appliance.errors import UsageError
from appliance.system.service import setup_logging


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--verbose", action="store_true", help="say more")
    add_config_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Until SIGTERM. Exit 0 stopped as told, 1 a file cannot be used, 2 bad configuration or it is off."""
    config = config_of(args)
    try:
        from appliance.mqtt.process import run_bridge  # noqa: PLC0415  (an extra: not everybody has it)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"The bridge needs {error.name}", "Install smart-selfie[mqtt], or run setup.sh again"
        ) from error
    setup_logging(verbose=args.verbose)
    run_bridge(config, args.config or find_config())
    return 0
