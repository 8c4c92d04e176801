"""Checks of the card: permissions, space for photos, and rescues by the system."""

import os
import pwd
import shlex
from pathlib import Path

from appliance.config import Config
from appliance.doctor.finding import Finding, fault, good, unknown, warning
from appliance.doctor.program_checks import installed
from appliance.hw.machine import Machine
from appliance.storage import durable
from appliance.wording.count import counted

USER = "smart-selfie"
RESCUES = "/var/lib/smart-selfie/rescue-reboots"
_MB = 1_000_000
FEW_PHOTOS = 100
PHOTO_MB = 1.5
"""Approximate size of a photo of 2304x1296 at quality 92."""


def check_folder(machine: Machine, config: Config) -> Finding:
    """Check whether the appliance can write into ``storage.folder``."""
    path = machine.path(config.storage.folder)
    try:
        if not installed(machine) and not path.exists():
            return unknown("folder", f"{path} is not there: not installed here")
        return _of_folder(path)
    except OSError as error:
        return unknown("folder", f"{path}: {error.strerror}; try as root")


def _of_folder(path: Path) -> Finding:
    if not path.is_dir():
        return fault("folder", f"{path} is missing", "Run setup.sh again, or set storage.folder")
    owner = _owner(path)
    if _exists(USER) and owner != USER:
        advice = f"sudo chown {USER}: {shlex.quote(str(path))}"
        return fault("folder", f"{path} belongs to {owner}, not to {USER}", advice)
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        return fault(
            "folder", f"the card of {path} is read-only", "See `dmesg`: a failing card turns itself read-only"
        )
    if os.access(path, os.W_OK):
        try:
            durable.probe(path)
        except OSError as error:
            explained = durable.explain(error, path)
            return fault("folder", explained.what, explained.hint)
    count = sum(1 for _ in path.glob("selfie-*.jpg"))
    return good("folder", f"{path}, {counted(count, 'photo')}")


def check_space(machine: Machine, config: Config) -> Finding:
    """Return the number of photos that still fit."""
    path = machine.path(config.storage.folder)
    try:
        free = durable.free_bytes(path) / _MB
    except FileNotFoundError:
        return unknown("space", f"{path} is not there")
    except OSError as error:
        return unknown("space", error.strerror or str(error))
    keep = config.storage.keep_free_mb
    photos = max(0, int((free - keep) / PHOTO_MB))
    seen = f"{free:.0f} MB free, {keep} MB of them reserved: space for about {counted(photos, 'photo')}"
    advice = "Plug in the stick for photos, then delete them here; or use a larger card"
    if free <= keep:
        return fault("space", seen, advice)
    return warning("space", seen, advice) if photos < FEW_PHOTOS else good("space", seen)


def check_rescues(machine: Machine) -> Finding:
    """Check whether the machine rebooted because the appliance could not be started."""
    path = machine.path(RESCUES)
    try:
        if not path.exists():
            return good("rescue", "no reboots were needed")
    except OSError:
        return unknown("rescue", "only root can see it")
    count = machine.read(RESCUES)
    return warning("rescue", f"{count} reboots because it did not start", "See the faults in this table")


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:
        return str(path.stat().st_uid)


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
