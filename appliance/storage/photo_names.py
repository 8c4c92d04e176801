"""How a photo's file is called. On its own: who only looks at photos need not load what makes them."""

import re
from pathlib import Path

PHOTO = re.compile(r"selfie-(\d{6,9})-(\d{8})-(\d{6})\.jpg", re.ASCII)
"""Number, date, time of the wall clock."""
HIGHEST_NUMBER = 899_999_999
"""Numbers above are not counted on from: nobody takes so many photos, so they are a slip, and a name has room
for nine digits. That leaves a hundred million names behind it."""
MOST_NAMED = 999_999_999
"""The last number that :data:`PHOTO` has room for."""

MAX_PHOTO_BYTES = 64_000_000
"""Of one photo. A larger one is refused: one picture must not fill the card."""


def photos_of(folder: Path) -> list[Path]:
    """The photos of ``folder`` by number, and nothing else that may lie there. Raises OSError."""
    photos = (
        path
        for path in folder.iterdir()
        if PHOTO.fullmatch(path.name) and path.is_file() and not path.is_symlink()
    )
    return sorted(photos, key=lambda path: (number_of(path.name), path.name))


def number_of(name: str) -> int:
    """The number in the name of a photo. Raises ValueError for another name."""
    match = PHOTO.fullmatch(name)
    if match is None:
        raise ValueError(f"{name!r} is not the name of a photo")
    return int(match[1])
