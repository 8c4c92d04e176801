"""State of the appliance as the broker gets it: what the feed tells, and what the machine tells."""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from appliance import __version__
from appliance.hw import board
from appliance.hw.machine import Machine
from appliance.storage.photo_names import PHOTO, photos_of

SEPARATOR = " or "
"""Between expressions, where the rule accepts several."""


class ApplianceState:
    """Newest state. Not thread-safe: it belongs to the bridge's event loop."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {
            "armed": False,
            "people": 0,
            "showing": 0,
            "light": "off",
            "faults": [],
            "version": __version__,
        }

    def frame(self, head: Mapping[str, Any]) -> None:
        """Take the decision of a frame, as :func:`appliance.feed.describe.describe` gives it.

        Raises KeyError, TypeError for a message of another version.
        """
        self._values |= {
            "armed": bool(head["armed"]),
            "people": len(head["people"]),
            "showing": int(head["showing"]),
            "light": str(head["light"]),
        }

    def faults(self, head: Mapping[str, Any]) -> None:
        """Take the faults that are present. Raises KeyError for a message of another version."""
        self._values["faults"] = [str(light) for light in head["lights"]]

    def rule(self, rule: Mapping[str, Any]) -> None:
        """Take the rule in force, as ``status`` of the feed gives it. Raises KeyError."""
        self._values |= {
            "expression": SEPARATOR.join(rule["expression"]),
            "sensitivity": str(rule["sensitivity"]),
        }

    def machine(self, facts: Mapping[str, Any]) -> None:
        """Take what :class:`MachineFacts` read."""
        self._values |= facts

    @property
    def expression(self) -> str | None:
        """Expressions in force; None while the appliance has not told them."""
        return self._values.get("expression")

    def values(self) -> dict[str, Any]:
        """Return a copy of the state; a key is missing until its value is known."""
        return dict(self._values)


class MachineFacts:
    """Facts about the machine and its photos: degrees Celsius, free megabytes (10^6), today's photos."""

    def __init__(self, photos: Path, machine: Machine) -> None:
        self._photos = photos
        self._machine = machine
        self._counted: tuple[int, str, int] | None = None

    def read(self, today: date) -> dict[str, Any]:
        """Return the facts; a value is None where the machine does not report it."""
        degrees = board.temperature(self._machine)
        return {
            "temperature": None if degrees is None else round(degrees, 1),
            "free_mb": self._free(),
            "photos_today": self._today(f"{today:%Y%m%d}"),
        }

    def _free(self) -> int | None:
        try:
            disk = os.statvfs(self._photos)
        except OSError:
            return None
        return disk.f_bavail * disk.f_frsize // 10**6

    def _today(self, day: str) -> int | None:
        """Count the photos of ``day``; the folder is listed again only when it has changed."""
        try:
            changed = self._photos.stat().st_mtime_ns
            if self._counted is None or self._counted[:2] != (changed, day):
                names = [PHOTO.fullmatch(photo.name) for photo in photos_of(self._photos)]
                self._counted = (changed, day, sum(name is not None and name[2] == day for name in names))
        except OSError:
            return None
        return self._counted[2]
