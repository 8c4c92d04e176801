"""``smart-selfie web``: the live page, a process of its own."""

import argparse
from pathlib import Path

from appliance.cli.common import add_config_arguments, config_of
from appliance.cli.web_switch import VERBS, switch
from appliance.config.load import find_config
from appliance.errors import UsageError
from appliance.language.catalogue import languages
from appliance.system.service import setup_logging

NOTE_FILE = Path("wall-note.pdf")
GUEST_ACTIONS = ("on", "off", "new", "status", "note")
GUEST_HOURS, MOST_GUEST_HOURS = 24, 24 * 366


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--verbose", action="store_true", help="say more")
    parser.add_argument(
        "verb",
        nargs="?",
        choices=(*VERBS, "guests"),
        help="switch the page of an installed appliance on or off, or say where it is; what guests may do; "
        "without: serve it",
    )
    parser.add_argument(
        "action",
        nargs="?",
        choices=GUEST_ACTIONS,
        help="after guests: let them in, keep them out, make a new link and code (which ends the old ones), "
        "say what is the case (default), or write a note for the wall",
    )
    parser.add_argument(
        "--save",
        type=Path,
        default=NOTE_FILE,
        metavar="FILE",
        help=f"the note, .pdf or .svg; default: {NOTE_FILE}",
    )
    parser.add_argument("--language", choices=languages(), help="of the note; default: that of the system")
    parser.add_argument(
        "--hours",
        type=int,
        default=GUEST_HOURS,
        metavar="N",
        help=f"how long the guests' new link and code are valid; default: {GUEST_HOURS}",
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
    if args.action is not None and args.verb != "guests":
        raise UsageError(f"web {args.verb} takes no {args.action}", f"smart-selfie web {args.verb}")
    if not 1 <= args.hours <= MOST_GUEST_HOURS:
        raise UsageError("--hours is out of range", f"Give a number from 1 to {MOST_GUEST_HOURS}")
    try:
        path = args.config or find_config()
        if args.verb == "guests":
            from appliance.cli.web_guests import save_note, switch_guests  # noqa: PLC0415  (needs the extra too)

            if args.action == "note":
                return save_note(path, args.save, args.language)
            return switch_guests(args.action or "status", path, args.hours)
        return switch(args.verb, path)
    except ModuleNotFoundError as error:
        raise _missing(error) from error


def _missing(error: ModuleNotFoundError) -> UsageError:
    return UsageError(
        f"The page needs {error.name}", "Run setup.sh again; on a laptop scripts/smart-selfie sets it up"
    )
