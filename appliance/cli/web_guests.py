"""``smart-selfie web guests on|off|new|status``: whether photos can be seen without a password."""

import os
import secrets
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from appliance.cli.common import check_output
from appliance.cli.web_switch import PAGE_UNIT, systemctl, write
from appliance.config import Config, load_config
from appliance.errors import UsageError
from appliance.language.catalogue import catalogue
from appliance.language.choice import of_system
from appliance.paper.pdf import to_pdf
from appliance.paper.shapes import Label
from appliance.paper.svg import to_svg
from appliance.paper.typeface import is_printable
from appliance.storage import durable
from appliance.web.address import outside_addresses, print_qr_code
from appliance.web.guests import PAGE, Guests
from appliance.web.note import note_of

DAY_BEGINS = 6
"""Hour at which a day's photos begin: a party that is still on after midnight is yesterday's."""


def switch_guests(action: str, path: Path | None, hours: int) -> int:
    """Do what ``action``, on, off, new or status, says, with the configuration ``path``; return 0.

    Raises UsageError, ConfigError, and ApplianceError where systemd refuses.
    """
    if path is None:
        raise UsageError("No configuration file found", "Name it with --config, or run setup.sh")
    if action != "status" and os.geteuid() != 0:
        command = f"smart-selfie web guests {action}"
        raise UsageError(f"{command} needs root", f"sudo {command}")
    config = load_config(path)
    if action == "off":
        _off(config, path)
    elif action != "status":
        _on(config, path, hours, anew=action == "new")
    _print(load_config(path))
    return 0


def save_note(path: Path | None, note: Path, language: str | None) -> int:
    """Write the note for the wall as what ``note`` ends in; return 0. Raises UsageError, StorageError.

    Without configuration, or without guests, it has an empty frame for the QR code.
    """
    check_output(note, (".pdf", ".svg"))
    web = load_config(path).web
    spoken = catalogue(language) if language else of_system()
    guests = Guests(web.enabled and web.guests, web.guest_pass)
    sheet = note_of(guests, web, outside_addresses(web)[-1], spoken)
    if note.suffix.lower() == ".pdf" and not all(
        is_printable(label.text) for label in sheet.shapes if isinstance(label, Label)
    ):
        raise UsageError(
            f"A PDF made here has no letters for {spoken.language}", "Write an .svg, and print that"
        )
    durable.write_over(note, to_svg(sheet).encode() if note.suffix.lower() == ".svg" else to_pdf(sheet))
    room = "" if guests.open else "; the QR code is missing: sudo smart-selfie web guests on, then once more"
    print(f"The note is in {note}{room}")
    return 0


def _on(config: Config, path: Path, hours: int, anew: bool) -> None:
    web = config.web
    if not web.enabled or not web.password:
        raise UsageError("The page is off", "First: sudo smart-selfie web on")
    if Guests(web.guests, web.guest_pass).open and not anew:
        print("Guests are let in already. Another link and code: sudo smart-selfie web guests new")
        return
    _change(path, {"web.guest_pass": new_pass(datetime.now().astimezone(), hours), "web.guests": True})


def _off(config: Config, path: Path) -> None:
    if config.web.guests or config.web.guest_pass:
        _change(
            path, {"web.guests": False, "web.guest_pass": ""}
        )  # earlier links must not come to life again


def _change(path: Path, changes: dict[str, Any]) -> None:
    write(path, changes)
    systemctl("restart", PAGE_UNIT)  # which also ends what guests are looking at


def new_pass(now: datetime, hours: int) -> str:
    """Return a value for ``web.guest_pass``: photos from the beginning of this day on, for ``hours``."""
    day = now if now.hour >= DAY_BEGINS else now - timedelta(days=1)
    since = day.replace(hour=DAY_BEGINS, minute=0, second=0, microsecond=0)
    until = now + timedelta(hours=hours)
    return f"{since.timestamp():010.0f}-{until.timestamp():010.0f}-{secrets.token_hex(32)}"


def _print(config: Config) -> None:
    web = config.web
    guests = Guests(web.guests, web.guest_pass)
    if not guests.on:
        print("Guests are not let in. sudo smart-selfie web guests on lets them in.")
        return
    if not web.enabled:
        print("The page is off, so nobody is let in. sudo smart-selfie web on switches it on.")
        return
    until = datetime.fromtimestamp(guests.party.until).strftime("%Y-%m-%d %H:%M")
    if not guests.open:
        print(
            f"The guests' link and code expired at {until}. sudo smart-selfie web guests on makes new ones."
        )
        return
    since = time.strftime("%Y-%m-%d %H:%M", time.localtime(guests.party.since))
    print(f"Until {until} guests may view and download the photos taken since {since}.")
    _tell_way_in(config, guests)


def _tell_way_in(config: Config, guests: Guests) -> None:
    """Print code and links; on a terminal also the QR code of the one that every phone knows."""
    addresses = outside_addresses(config.web)
    links = [f"{address.rstrip('/')}{PAGE}#{guests.token()}" for address in addresses]
    print(f"Code: {guests.code}, to be typed at {addresses[-1].rstrip('/')}{PAGE}")
    print("Link:", "\n  or: ".join(links), flush=True)
    if sys.stdout.isatty():
        print_qr_code(links[-1])
