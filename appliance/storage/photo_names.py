"""How a photo's file is called. On its own: who only looks at photos need not load what makes them."""

import re
from pathlib import Path

PHOTO = re.compile(r"selfie-(\d{6,9})-(\d{8})-(\d{6})\.jpg", re.ASCII)
"""Number, date, time of the wall clock."""

MAX_BYTES = 64_000_000
"""Of one photo. A larger one is refused: one picture must not fill the card."""


def photos_of(folder: Path) -> list[Path]:
    """The photos of ``folder`` by number, and nothing else that may lie there. Raises OSError."""
    return sorted(
        path
        for path in folder.iterdir()
        if PHOTO.fullmatch(path.name) and path.is_file() and not path.is_symlink()
    )
