"""Result of a check."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """Severity. A fault stops the appliance from working, a warning may do so later."""

    GOOD = "good"
    WARNING = "warning"
    FAULT = "fault"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table: the subject of the check, its status, what was seen, and the remedy.

    ``facts`` is for programs: figures behind ``seen``, as JSON has them.
    """

    name: str
    state: Status
    seen: str
    advice: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def good(name: str, seen: str) -> Finding:
    """Return a result in order."""
    return Finding(name, Status.GOOD, seen)


def warning(name: str, seen: str, advice: str) -> Finding:
    """Return a result that works but needs attention."""
    return Finding(name, Status.WARNING, seen, advice)


def fault(name: str, seen: str, advice: str) -> Finding:
    """Return a result that does not work."""
    return Finding(name, Status.FAULT, seen, advice)


def unknown(name: str, seen: str) -> Finding:
    """Return a result that this machine cannot report, such as the power of a PC."""
    return Finding(name, Status.UNKNOWN, seen)
