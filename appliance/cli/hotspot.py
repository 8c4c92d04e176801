"""``smart-selfie hotspot on|off|status``: a Wi-Fi of the appliance's own, for a place without a network."""

import argparse
import os
import secrets
import sys
from pathlib import Path
from typing import Any

from appliance.cli.web_switch import PAGE_UNIT, is_active, systemctl, write
from appliance.config import load_config
from appliance.config.load import find_config
from appliance.config.schema import WebSettings
from appliance.errors import UsageError
from appliance.storage import durable
from appliance.system.hotspot import ADDRESS, Hotspot

NETWORK = "Smart selfie"
_LETTERS = "23456789abcdefghjkmnpqrstvwxyz"
"""Nothing that is easily taken for something else on a note."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "verb",
        nargs="?",
        default="status",
        choices=("on", "off", "status"),
        help="make the Wi-Fi, end it, or say what is the case (default)",
    )
    parser.add_argument("--name", metavar="NAME", help=f"of the Wi-Fi; default: the last one, or {NETWORK}")
    parser.add_argument(
        "--new-password", action="store_true", help="make another password; the old one joins nobody then"
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="configuration; default: the usual places"
    )


def run(args: argparse.Namespace) -> int:
    """Exit 0 done, 1 NetworkManager refuses or there is no radio, 2 bad usage or configuration."""
    path = args.config or find_config()
    if path is None:
        raise UsageError("No configuration file found", "Name it with --config, or run setup.sh")
    if args.verb != "status" and os.geteuid() != 0:
        command = f"smart-selfie hotspot {args.verb}"
        raise UsageError(f"{command} needs root", f"sudo {command}")
    web = load_config(path).web
    hotspot = Hotspot()
    if args.verb == "on":
        _on(hotspot, web, path, args)
    elif args.verb == "off":
        _off(hotspot, web, path)
    else:
        _print(web, up=bool(web.hotspot) and hotspot.is_up())
    return 0


def _on(hotspot: Hotspot, web: WebSettings, path: Path, args: argparse.Namespace) -> None:
    name = args.name or web.hotspot or NETWORK
    password = web.hotspot_password if web.hotspot_password and not args.new_password else new_password()
    radio = hotspot.check(name, password)
    print("This machine leaves the Wi-Fi it is in; what came by it, such as ssh, ends here.", flush=True)
    try:
        hotspot.on(name, password, radio, lambda file, data: durable.write_over(file, data, 0o600))
    except OSError as error:
        raise durable.explain(error, path.parent) from error
    changes: dict[str, Any] = {"web.hotspot": name, "web.hotspot_password": password}
    write(path, changes)
    if is_active():
        systemctl("restart", PAGE_UNIT)  # it shows the new name
    _print(load_config(path).web, up=True)


def _off(hotspot: Hotspot, web: WebSettings, path: Path) -> None:
    was = hotspot.off()
    if web.hotspot:
        write(path, {"web.hotspot": ""})  # the password stays for the next time
        if is_active():
            systemctl("restart", PAGE_UNIT)
    print("The Wi-Fi is off; this machine joins those it knows." if was else "The Wi-Fi is off already.")


def _print(web: WebSettings, up: bool) -> None:
    """Print name and password, and on a terminal the QR code that joins a phone."""
    if not up:
        print("The Wi-Fi is off. sudo smart-selfie hotspot on makes it.")
        return
    print(f"The Wi-Fi is on: {web.hotspot}, password {web.hotspot_password}", flush=True)
    if sys.stdout.isatty():
        from appliance.web.address import print_qr_code, wifi_text  # noqa: PLC0415  (an extra)

        print_qr_code(wifi_text(web.hotspot, web.hotspot_password))
    if web.enabled:
        print(f"The page in it: http://{ADDRESS}:{web.port}/")
    else:
        print("The page is off. sudo smart-selfie web on switches it on.")


def new_password() -> str:
    """Return a password of twelve letters and digits in three groups, 58 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
