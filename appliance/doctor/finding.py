"""What a check found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """How bad it is. A fault keeps the appliance from its work, a warning may do so later."""

    GOOD = "good"
    WARNING = "warning"
    FAULT = "fault"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table: what was looked at, how it is, what was seen, and what to do about it.

    ``facts`` is for programs: figures behind ``seen``, as JSON has them.
    """

    name: str
    state: Status
    seen: str
    advice: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def good(name: str, seen: str) -> Finding:
    """As it should be."""
    return Finding(name, Status.GOOD, seen)


def warning(name: str, seen: str, advice: str) -> Finding:
    """Works, but look at it."""
    return Finding(name, Status.WARNING, seen, advice)


def fault(name: str, seen: str, advice: str) -> Finding:
    """Does not work."""
    return Finding(name, Status.FAULT, seen, advice)


def unknown(name: str, seen: str) -> Finding:
    """This machine does not tell; no Pi does not, for instance."""
    return Finding(name, Status.UNKNOWN, seen)
