"""Bin of deleted photos: a hidden folder beside the photos, from which they can be restored."""

import contextlib
import errno
import logging
import re
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from appliance.clock import Clock, MonotonicClock
from appliance.storage import durable
from appliance.storage.photo_names import PHOTO

log = logging.getLogger(__name__)

BIN = ".smart-selfie-bin"
"""Name of the folder. Readers of photos ignore it: they look at files."""
UNDO_SECONDS = 60.0
"""For this long a deleted photo can be restored, unless a new photo needs its space."""

_BINNED = re.compile(rf"(\d{{1,12}})-({PHOTO.pattern})", re.ASCII)
_BLOCK = 512  # of st_blocks, stat(2)
_MOST_SAME = 100


@dataclass(frozen=True, slots=True, order=True)
class Binned:
    """Deleted photo: when, in seconds since 1970, and its name."""

    at: int
    name: str

    @property
    def file(self) -> str:
        """Return its name in the bin."""
        return f"{self.at}-{self.name}"


class Bin:
    """Bin of the photos in ``folder``.

    Every change is one rename or removal, made durable: a photo is in the folder or in the bin after a power
    cut, never in both or neither. Photos are removed for good ``keep_seconds`` after their deletion, by
    ``wall`` (seconds since 1970), and not before this process has seen them for UNDO_SECONDS by ``clock``: a
    board without a battery clock may learn the time of day years late. Not locked: the store does that.
    All methods raise OSError.
    """

    def __init__(
        self,
        folder: Path,
        keep_seconds: float,
        clock: Clock | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._photos = folder
        self._folder = folder / BIN
        self._keep_seconds = keep_seconds
        self._clock = clock or MonotonicClock()
        self._wall = wall
        self._seen_at: dict[Binned, float] = {}
        self._size: tuple[int, int] | None = None  # modification time (ns) of the folder, and bytes in it

    def entries(self) -> list[Binned]:
        """Return what is in the bin, the oldest deletion first."""
        try:
            names = [path.name for path in self._folder.iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return []
        found = (_BINNED.fullmatch(name) for name in names)
        return sorted(Binned(int(match[1]), match[2]) for match in found if match)

    def put(self, name: str) -> bool:
        """Move the photo ``name`` into the bin; return whether it can be restored.

        A card too full even for that has it removed for good. Raises FileNotFoundError where there is none.
        """
        photo = self._photos / name
        if not stat.S_ISREG(photo.lstat().st_mode):
            raise FileNotFoundError(name)
        try:
            self._move_in(photo)
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            log.warning("The card is too full for the bin; %s is deleted for good", name)
            durable.remove(photo)
            return False
        self._sync()
        return True

    def _move_in(self, photo: Path) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        now = int(self._wall())
        for at in range(now, now + _MOST_SAME):
            with contextlib.suppress(FileExistsError):  # copied back by hand, and deleted again
                durable.rename_new(photo, self._folder / Binned(at, photo.name).file)
                break
        else:
            raise FileExistsError(photo.name)

    def restore(self, name: str) -> None:
        """Move the photo ``name`` back.

        Raises FileNotFoundError where it is not in the bin, FileExistsError where another file has its name.
        """
        binned = [entry for entry in self.entries() if entry.name == name]
        if not binned:
            raise FileNotFoundError(name)
        durable.rename_new(self._folder / binned[-1].file, self._photos / name)
        self._sync()

    def _sync(self) -> None:
        """Make both names durable."""
        self._size = None
        durable.sync_folder(self._folder)
        durable.sync_folder(self._photos)

    def size(self) -> int:
        """Return the bytes of the card that emptying the bin would free."""
        try:
            changed = self._folder.stat().st_mtime_ns
        except FileNotFoundError:
            return 0
        if self._size is None or self._size[0] != changed:
            self._size = changed, sum(self._bytes_of(entry) for entry in self.entries())
        return self._size[1]

    def free(self, wanted: int) -> int:
        """Remove the oldest until ``wanted`` bytes are free of them; return how many photos went for good."""
        freed = removed = 0
        for entry in self.entries():
            if freed >= wanted:
                break
            freed += self._bytes_of(entry)
            removed += self._remove(entry)
        return self._logged(removed)

    def expire(self) -> int:
        """Remove what has been in the bin for long enough; return how many photos went for good."""
        removed = 0
        wall, now = int(self._wall()), self._clock.now()
        entries = self.entries()
        self._seen_at = {entry: self._seen_at.get(entry, now) for entry in entries}
        for entry in entries:
            if entry.at > wall:  # the clock has gone back
                anew = Binned(wall, entry.name)
                with contextlib.suppress(FileExistsError):
                    durable.rename_new(self._folder / entry.file, self._folder / anew.file)
                self._seen_at[anew] = self._seen_at[entry]
            elif wall - entry.at >= self._keep_seconds and now - self._seen_at[entry] >= UNDO_SECONDS:
                removed += self._remove(entry)
        return self._logged(removed)

    def _remove(self, entry: Binned) -> bool:
        try:
            (self._folder / entry.file).unlink()
        except FileNotFoundError:
            return False
        return True

    def _logged(self, removed: int) -> int:
        if removed:
            self._size = None
            durable.sync_folder(self._folder)
        return removed

    def _bytes_of(self, entry: Binned) -> int:
        try:
            return (self._folder / entry.file).lstat().st_blocks * _BLOCK
        except FileNotFoundError:
            return 0
