"""``smart-selfie web on|off|status``: the page on an installed appliance, with its settings and its unit."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from appliance.config import Config, load_config
from appliance.config.schema import is_loopback
from appliance.errors import ApplianceError, UsageError

APPLIANCE_UNIT = "smart-selfie.service"
PAGE_UNIT = "smart-selfie-web.service"
VERBS = ("on", "off", "status")
SYSTEMCTL_SECONDS = 120.0
"""Longer than both units may take to start."""


def switch(verb: str, path: Path | None) -> int:
    """Do what ``verb``, one of :data:`VERBS`, says, with the configuration ``path``; return 0.

    Raises UsageError, ConfigError, and ApplianceError where systemd refuses.
    """
    if path is None:
        raise UsageError("No configuration file found", "Name it with --config, or run setup.sh")
    if verb != "status" and os.geteuid() != 0:
        raise UsageError(f"Switching the page {verb} needs root", f"sudo smart-selfie web {verb}")
    config = load_config(path)  # before a password is asked for
    if verb == "on":
        _on(config, path)
    elif verb == "off":
        _off(config, path)
    else:
        _tell_status(config)
    return 0


def _on(config: Config, path: Path) -> None:
    from appliance.cli.web_password import typed_password  # noqa: PLC0415  (an extra: not everybody has it)
    from appliance.web.passwords import hash_password  # noqa: PLC0415

    changes: dict[str, Any] = {}
    if config.web.password:
        print("The password stays as it is; sudo smart-selfie web-password changes it.")
    else:
        changes["web.password"] = hash_password(typed_password())
    if is_loopback(config.web.listen):
        changes["web.listen"] = "0.0.0.0"
    if not config.web.enabled:
        changes["web.enabled"] = True
    write(path, changes)
    if changes:
        systemctl("restart", APPLIANCE_UNIT)  # it hands out its frames only when the page is on
    systemctl("enable", PAGE_UNIT)
    systemctl("restart", PAGE_UNIT)
    _tell_addresses(load_config(path))


def _off(config: Config, path: Path) -> None:
    systemctl("disable", "--now", PAGE_UNIT)
    if config.web.enabled:
        write(path, {"web.enabled": False})
        systemctl("restart", APPLIANCE_UNIT)
        print("The page is off. The password stays for the next time.")
    else:
        print("The page is off already.")


def _tell_status(config: Config) -> None:
    if not config.web.enabled:
        print("The page is off. sudo smart-selfie web on switches it on.")
    elif is_active():
        _tell_addresses(config)
    else:
        print("The page is on in the settings, and does not run. journalctl -u smart-selfie-web tells why.")


def _tell_addresses(config: Config) -> None:
    """Print the addresses, and on a terminal the one that every phone knows as a QR code."""
    from appliance.web.address import page_addresses, print_qr_code  # noqa: PLC0415

    addresses = page_addresses(config.web.listen, config.web.port)
    print(f"The page is on: {' or '.join(addresses)}", flush=True)
    if sys.stdout.isatty():
        print_qr_code(addresses[-1])


def write(path: Path, changes: dict[str, Any]) -> None:
    """Set keys of ``web`` in the file. Raises ConfigError, StorageError."""
    from appliance.editing.settings_file import SettingsFile  # noqa: PLC0415

    if changes:
        SettingsFile(path).set_page(changes)


def is_active() -> bool:
    """Return whether the page's unit runs."""
    program = shutil.which("systemctl")
    command = [program or "systemctl", "--quiet", "is-active", PAGE_UNIT]
    return program is not None and subprocess.run(command, check=False, timeout=10).returncode == 0


def systemctl(*words: str) -> None:
    """Run systemctl. Raises ApplianceError with what it said."""
    program = shutil.which("systemctl")
    if program is None:
        raise ApplianceError("systemd does not run here", "On a laptop: smart-selfie demo --web")
    try:
        done = subprocess.run(
            [program, *words], check=False, capture_output=True, text=True, timeout=SYSTEMCTL_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise ApplianceError(
            f"systemctl {' '.join(words)} takes longer than {SYSTEMCTL_SECONDS:.0f} s", "Try again"
        ) from None
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it gave no reason"])[0].rstrip(".")
        raise ApplianceError(
            f"systemctl {' '.join(words)} failed: {reason}",
            f"journalctl -u {words[-1].removesuffix('.service')} tells why; is it installed by setup.sh?",
        )
