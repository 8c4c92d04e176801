"""What is on a card or a stick after the power was cut, seen from the host."""

import hashlib
import io
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
from PIL import Image

from appliance.storage.photo_names import PHOTO
from appliance.storage.photos import PhotoStore

PHOTOS = "state/photos"
"""On the data partition; state is bound to /var/lib/smart-selfie."""
STICK_FOLDER = "selfies"
STICK_LIST = "SHA256SUMS.txt"


def copy(image: Path, to: Path) -> None:
    """A copy of a disk image; its holes stay holes, so the copy is quick."""
    subprocess.run(["cp", "--sparse=auto", "--reflink=auto", image, to], check=True)


@contextmanager
def mounted(card: Path) -> Iterator[Path]:
    """The ext4 card, as the kernel finds it: its journal is replayed."""
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(["mount", "-o", "loop", card, place], check=True)
        try:
            yield Path(place)
        finally:
            subprocess.run(["umount", place], check=True)


@dataclass
class Verdict:
    """Photos on a card: how many are whole, which are torn, which were said to be safe but are not there."""

    whole: int = 0
    torn: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Nothing torn, nothing lost."""
        return not self.torn and not self.lost


class CardJudge:
    """Judges one card after one cut after another."""

    def __init__(self) -> None:
        self.whole: dict[str, str] = {}
        """Hash of each photo that was whole once, by its name."""
        self._sizes: dict[str, int] = {}

    def judge(self, card: Path, safe: set[str], *, again: bool = True) -> Verdict:
        """``card`` is changed: its journal is replayed, and the appliance's next start is played on it.

        ``again``: read photos that were whole at an earlier cut once more; else their size must do.
        """
        with mounted(card) as place:
            folder = place / PHOTOS
            photos = {path.name: path for path in folder.iterdir() if PHOTO.fullmatch(path.name)}
            torn = sorted(name for name, path in photos.items() if not self._is_whole(path, again))
            self._next_start(folder, max(photos, default=""))
        return Verdict(len(photos) - len(torn), torn, sorted(safe - photos.keys()))

    def _is_whole(self, path: Path, again: bool) -> bool:
        name = path.name
        if name in self.whole and not again:
            return path.stat().st_size == self._sizes[name]
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if name in self.whole:
            return self.whole[name] == digest  # whole or not, it must be what was kept
        if not can_be_decoded(data):
            return False
        self.whole[name], self._sizes[name] = digest, len(data)
        return True

    @staticmethod
    def _next_start(folder: Path, last: str) -> None:
        """The appliance's store clears up, and its next photo takes nobody's name."""
        store = PhotoStore(folder)
        store.prepare()
        assert not list(folder.glob(".*.part")), "what was half written is still there"
        saved = store.save(np.zeros((8, 8, 3), np.uint8), datetime(2026, 11, 21))
        assert saved.name > last, f"{saved.name} is no new number"


def can_be_decoded(data: bytes) -> bool:
    """To its last row."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
    except OSError:
        return False
    return True


def stick_photos(stick: Path) -> tuple[dict[str, bytes], dict[str, str]]:
    """Photos on a vfat stick, and its list of name and hash. Both are empty before anything is there."""
    with tempfile.TemporaryDirectory() as place:
        # The kernel of the host may not know vfat.
        subprocess.run(
            ["mcopy", "-s", "-n", "-i", stick, f"::{STICK_FOLDER}", place], capture_output=True, check=False
        )
        folder = Path(place, STICK_FOLDER)
        photos = {path.name: path.read_bytes() for path in folder.glob("selfie-*.jpg")}
        listed = folder / STICK_LIST
        lines = listed.read_text().splitlines() if listed.exists() else []
    return photos, {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


@dataclass(frozen=True)
class StickVerdict:
    """Photos on a stick, names in its list, and photos that are there by their names alone."""

    photos: int
    listed: int
    unfinished: list[str]


def judge_stick(stick: Path, card: Path, known: dict[str, str] | None = None) -> StickVerdict:
    """Raises AssertionError if a photo on the stick, but the very last one, is not what is on the card.

    ``known``: hashes of photos that were on the card, whether they still are or not.
    """
    photos, listed = stick_photos(stick)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in photos.items()}
    with mounted(card) as place:
        news = {name: (place / PHOTOS / name).read_bytes() for name in photos.keys() - (known or {}).keys()}
    rightly = {**(known or {}), **{name: hashlib.sha256(data).hexdigest() for name, data in news.items()}}
    unfinished = [name for name, digest in hashes.items() if rightly[name] != digest]
    # vfat cannot rename at once: the very last one may be there by its name alone.
    assert len(unfinished) <= 1, f"on the stick, but not the photos of the card: {unfinished}"
    assert not set(unfinished) & listed.keys(), f"claimed, but not the photos of the card: {unfinished}"
    for name, digest in listed.items():
        assert name in photos, f"{name} is claimed, but not on the stick"
        assert hashes[name] == digest, f"{name} is not what the list says"
    return StickVerdict(len(photos), len(listed), unfinished)
