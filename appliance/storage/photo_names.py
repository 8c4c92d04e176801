"""File names of photos, in a module of their own: readers of photos need not load what makes them."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

PHOTO = re.compile(r"selfie-(\d{6,9})-(\d{8})-(\d{6})\.jpg", re.ASCII)
"""File name: number, date, time of the wall clock."""
HIGHEST_NUMBER = 899_999_999
"""Numbering does not continue above it: nobody takes so many photos, so a higher number is a mistake. A name
has nine digits, which leaves a hundred million names after it."""
MOST_NAMED = 999_999_999
"""Highest number that fits into :data:`PHOTO`."""

MAX_PHOTO_BYTES = 64_000_000
"""Bytes of one photo. A larger one is refused: one picture must not fill the card."""


def photos_of(folder: Path) -> list[Path]:
    """Return the photos of ``folder`` by number, and no other files. Raises OSError."""
    with os.scandir(folder) as entries:
        names = [
            entry.name
            for entry in entries
            if PHOTO.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)
        ]
    return [folder / name for name in sorted(names, key=lambda name: (number_of(name), name))]


def number_of(name: str) -> int:
    """Return the number in the name of a photo. Raises ValueError for another name."""
    match = PHOTO.fullmatch(name)
    if match is None:
        raise ValueError(f"{name!r} is not the name of a photo")
    return int(match[1])


def highest_number(names: Iterable[str]) -> int:
    """Return the highest number among those ``names`` that are of photos, 0 if there is none."""
    numbers = (number_of(name) for name in names if PHOTO.fullmatch(name))
    return max((number for number in numbers if number <= HIGHEST_NUMBER), default=0)
