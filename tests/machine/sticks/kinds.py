"""Hostile sticks: what somebody may plug in, by accident or not. Each is made, plugged in, and returned.

A kind says how many photos must be on it in the end: ``all``, ``some``, ``none``, or ``any``. For every kind
it is checked that as many are on it as are claimed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.machine.sticks.bench import FOLDER, Bench, Stick

BOTH = ("vfat", "ext4")
Maker = Callable[[Bench, str], Stick]
"""Makes a stick with the file system of this name and plugs it in."""


@dataclass(frozen=True)
class Kind:
    """One hostile stick."""

    make: Maker
    type: str
    outcome: str

    def __str__(self) -> str:
        return f"{self.make.__name__.replace('_', ' ')}, {self.type}"


KINDS: list[Kind] = []


def kind(outcome: str, *types: str) -> Callable[[Maker], Maker]:
    """Enter the stick that the function makes into the list, once a file system."""

    def enter(make: Maker) -> Maker:
        KINDS.extend(Kind(make, name, outcome) for name in types or BOTH)
        return make

    return enter


def plugged(bench: Bench, stick: Stick, *options: str) -> Stick:
    bench.plug(stick, *options)
    return stick


def filled(bench: Bench, name: str, fill: Callable[[Path], object], **options: Any) -> Stick:
    """A healthy stick with something on it."""
    stick = bench.stick(name, **options)
    with bench.opened(stick) as place:
        fill(place)
    return plugged(bench, stick)


def selfies(place: Path) -> Path:
    folder = place / FOLDER
    folder.mkdir()
    return folder
