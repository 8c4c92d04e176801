"""``smart-selfie web-password``: set the page's password in the configuration, hashed."""

import argparse
import getpass
import sys
from pathlib import Path

from appliance.config.load import find_config
from appliance.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="configuration; default: the usual places"
    )
    parser.add_argument("--print", action="store_true", help="only print the line to put under web:")


def run(args: argparse.Namespace) -> int:
    """Ask twice at a terminal, else read one line of standard input. Exit 2 for an unusable password."""
    from appliance.editing.settings_file import SettingsFile  # noqa: PLC0415
    from appliance.web.passwords import hash_password  # noqa: PLC0415

    password = typed_password()
    hashed = hash_password(password)
    if args.print:
        print(f"  password: '{hashed}'")
        return 0
    path = args.config or find_config()
    if path is None:
        raise UsageError("No configuration file found", "Name it with --config, or use --print")
    SettingsFile(path).set_password(hashed)
    print(f"Password saved in {path}. Restart smart-selfie-web to use it.")
    return 0


def typed_password() -> str:
    """Return a password that is long enough, and UTF-8 as browsers send it. Raises UsageError."""
    from appliance.web.passwords import SHORTEST, normalised  # noqa: PLC0415

    try:
        password = _ask()
        password.encode()
    except UnicodeError:
        raise UsageError(
            "That password is not UTF-8 text", "Use plain letters and digits, or set LANG=C.UTF-8"
        ) from None
    except EOFError:
        raise UsageError("No password was given", "Type it, or pass it as a line of standard input") from None
    if len(normalised(password)) < SHORTEST:
        raise UsageError("That password is too short", f"Use {SHORTEST} characters or more")
    return password


def _ask() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline(1025).rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise UsageError("The two passwords differ", "Try again")
    return password
