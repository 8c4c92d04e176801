"""A card with photos to export, and a stick to export them to."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sticks import make_stick, mounted, take


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A card with six photos of 50 kB, and things that are no photos."""
    folder = tmp_path / "card"
    folder.mkdir()
    for number in range(1, 7):
        take(folder, number)
    (folder / ".smart-selfie-counter").write_text("6\n")
    (folder / ".smart-selfie-0123456789abcdef.part").write_bytes(b"torn")
    (folder / "notes.txt").write_text("mine")
    (folder / "selfie-000099-20261121-120000.jpg").symlink_to("/etc/passwd")
    return folder


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Path]:
    """A stick of 8 MB, its image beside it."""
    folder = tmp_path / "stick"
    folder.mkdir()
    image = make_stick(tmp_path, 8_000_000)
    mounted(folder, image)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)
