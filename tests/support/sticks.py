"""A card with photos, and a stick that is a real file system on a loop device."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from appliance.export.manifest import NAME

KB = 1024


def take(folder: Path, number: int, content: bytes | None = None) -> Path:
    photo = folder / f"selfie-{number:06d}-20261121-1200{number % 60:02d}.jpg"
    photo.write_bytes(content or (b"%d" % number) + os.urandom(50 * KB))
    return photo


def mounted(folder: Path, image: Path, options: str = "") -> None:
    done = subprocess.run(
        ["mount", "-o", f"loop,nodev,nosuid,noexec{options}", str(image), str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"mount is not permitted here: {done.stderr.strip()}")


def make_stick(tmp_path: Path, size: int) -> Path:
    if shutil.which("mkfs.ext4") is None:
        pytest.skip("mkfs.ext4 is not installed")
    image = tmp_path / "stick.img"
    with image.open("wb") as file:
        file.truncate(size)
    subprocess.run(["mkfs.ext4", "-q", "-O", "^has_journal", "-m", "0", image], check=True)
    return image


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("selfie-*"))


def check_sums(folder: Path) -> int:
    """What anybody can do with the list on the stick; returns how many photos it vouches for."""
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", NAME], cwd=folder, capture_output=True, text=True, check=True
    )
    return len(done.stdout.splitlines())
