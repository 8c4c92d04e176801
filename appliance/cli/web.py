"""``smart-selfie web``: the live page, a process of its own."""

import argparse

from appliance.cli.common import add_config_arguments, config_of
from appliance.cli.web_switch import VERBS, switch
from appliance.config.load import find_config
from appliance.errors import UsageError
from appliance.system.service import setup_logging


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--verbose", action="store_true", help="say more")
    parser.add_argument(
        "verb",
        nargs="?",
        choices=VERBS,
        help="switch the page of an installed appliance on or off, or say where it is; without: serve it",
    )
    add_config_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Until SIGTERM. Exit 0 stopped as told, 1 it cannot listen, 2 bad configuration or the page is off."""
    if args.verb is not None:
        return _switch(args)
    config = config_of(args)
    try:
        from appliance.web.serve import serve  # noqa: PLC0415  (an extra: not everybody has it)
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    setup_logging(verbose=args.verbose)
    serve(config, args.config or find_config())
    return 0


def _switch(args: argparse.Namespace) -> int:
    if args.overrides:
        raise UsageError("--set is for serving the page only", "Settings that stay stand in the file")
    try:
        return switch(args.verb, args.config or find_config())
    except ModuleNotFoundError as error:
        raise _missing(error) from error


def _missing(error: ModuleNotFoundError) -> UsageError:
    return UsageError(f"The page needs {error.name}", "Install smart-selfie[web], or run setup.sh again")
