"""Folder of photos: numbered, never overwritten, complete or absent."""

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from appliance.clock import Clock
from appliance.errors import NoSpaceError, StorageError
from appliance.records.frame import Colour, Picture
from appliance.storage import durable
from appliance.storage.bin import Bin
from appliance.storage.jpeg import encode_jpeg, make_exif
from appliance.storage.photo_names import HIGHEST_NUMBER, MAX_PHOTO_BYTES, MOST_NAMED, PHOTO, highest_number
from appliance.storage.regular_file import read_regular

log = logging.getLogger(__name__)

MAKE, MODEL = "Smart Selfie", "smart-selfie"
"""Camera that the EXIF names."""

_COUNTER = ".smart-selfie-counter"
_COUNTER_BYTES = 32
_ATTEMPTS = 100
_MB = 1_000_000


class PhotoStore:
    """A folder of photos named ``selfie-<number>-<date>-<time>.jpg``.

    The number comes from a counter file in the folder and from the photos there, whichever is higher, so a
    clock that repeats, a lost or corrupt counter file, photos taken away, or a second program in the same
    folder never lead to the same name twice. The time is for people; nothing depends on it.

    ``quality`` is the JPEG's, 1 to 100; ``keep_free_mb`` megabytes (10^6) of the card stay free; deleted
    photos stay in the bin for ``bin_hours`` by ``wall`` (seconds since 1970).
    Nothing is touched before :meth:`prepare` or :meth:`save`. Not thread-safe.
    """

    def __init__(
        self,
        folder: str | Path,
        quality: int = 92,
        keep_free_mb: int = 0,
        *,
        bin_hours: float = 24.0,
        clock: Clock | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.folder = Path(folder)
        self._bin = Bin(self.folder, bin_hours * 3600, clock, wall)
        self._quality = quality
        self._keep_free = keep_free_mb * _MB
        self._clock = clock
        self._last: int | None = None
        self._largest = 0
        self._shut_out = False

    def check(self) -> None:
        """Check that a photo could be kept now. Raises StorageError, NoSpaceError, ReadOnlyError."""
        with self._explained():
            with self._locked():
                self._make_space(self._largest)
            durable.probe(self.folder)

    def check_space(self) -> None:
        """Check for the space of a photo like the largest so far, without writing. Raises StorageError."""
        with self._explained():
            self._require_space(self._largest - self._bin.size())

    def spare_bytes(self) -> int:
        """Return the bytes that photos may still take, those of the bin among them. Raises OSError."""
        return durable.free_bytes(self.folder) + self._bin.size() - self._keep_free

    def prepare(self) -> int:
        """Check, and remove files that a crash left half-written; return how many. Raises StorageError."""
        with self._explained(), self._locked() as alone:
            removed = durable.remove_leftovers(self.folder) if alone else 0
            # After a power cut between a photo and its count, deleting the photo would free its number.
            last = self._last_number()
            if last != (self._read_counter() or 0):
                self._remember(last)
        if removed:
            log.warning("Removed %d unfinished photo(s) that a crash left in %s", removed, self.folder)
        self.check()
        return removed

    def save(self, picture: Colour | Picture, taken_at: datetime, xmp: bytes = b"") -> Path:
        """Keep ``picture`` (if pixels: uint8 [height, width, 3], BGR); return its path once it is safe.

        ``taken_at`` is wall time and goes into the name and the EXIF; with a time zone the offset does too.
        ``xmp`` is a packet of further metadata.
        Raises StorageError, NoSpaceError, ReadOnlyError; the folder then holds no half-written photo, and the
        same picture can be tried again.
        """
        return self.write(self.encode(picture, taken_at, xmp), taken_at)

    def encode(self, picture: Colour | Picture, taken_at: datetime, xmp: bytes = b"") -> bytes:
        """Return the file that :meth:`write` takes, see :meth:`save`. Raises StorageError. Any thread."""
        data = encode_jpeg(picture, self._quality, make_exif(taken_at, MAKE, MODEL), xmp)
        if len(data) > MAX_PHOTO_BYTES:
            raise StorageError(
                f"A photo of {len(data) // _MB} MB is too large; {MAX_PHOTO_BYTES // _MB} MB is the limit",
                "Lower camera.picture_size or storage.quality",
            )
        return data

    def write(self, data: bytes, taken_at: datetime) -> Path:
        """Keep a photo that is encoded already; return its path once it is safe. Raises as :meth:`save`."""
        self._largest = max(self._largest, len(data))
        with self._explained(), self._locked():
            self._make_space(len(data))
            path, number = self._write(data, taken_at, self._last_number() + 1)
            self._remember(number)
        return path

    def delete(self, name: str) -> bool:
        """Move the photo ``name`` into the bin; return whether it can be restored. Any thread.

        A card too full even for that has it removed for good. Its number is not reused. Raises StorageError.
        """
        _check_name(name)
        with self._explained(), self._locked():
            try:
                return self._bin.put(name)
            except FileNotFoundError:
                raise StorageError(f"The photo {name} is already gone") from None

    def restore(self, name: str) -> None:
        """Move the photo ``name`` back from the bin. Any thread. Raises StorageError."""
        _check_name(name)
        with self._explained(), self._locked():
            try:
                self._bin.restore(name)
            except FileNotFoundError:
                raise StorageError(f"The photo {name} is no longer in the bin") from None
            except FileExistsError:
                raise StorageError(f"The photo {name} is back already") from None

    def binned(self) -> int:
        """Return how many photos are in the bin. Any thread. Raises StorageError."""
        with self._explained():
            return len(self._bin.entries())

    def empty_bin(self) -> int:
        """Remove for good what has been in the bin for long enough; return how many. Raises StorageError."""
        with self._explained():
            if not self._bin.entries():
                return 0
            with self._locked():
                return self._bin.expire()

    def _write(self, data: bytes, taken_at: datetime, first: int) -> tuple[Path, int]:
        for number in range(first, min(first + _ATTEMPTS, MOST_NAMED + 1)):
            path = self.folder / f"selfie-{number:06d}-{taken_at:%Y%m%d-%H%M%S}.jpg"
            try:
                durable.write_new(path, data)
            except FileExistsError:  # copied in by hand since the folder was listed
                continue
            return path, number
        raise StorageError(
            f"{_ATTEMPTS} photo names from number {first} on are taken in {self.folder}",
            "Move the photos of this folder elsewhere",
        )

    def _last_number(self) -> int:
        """Return the highest known number that was ever used here."""
        counted = self._read_counter()
        if counted is None or self._last is None:
            known = [path.name for path in self.folder.iterdir()] + [
                entry.name for entry in self._bin.entries()
            ]
            return max(counted or 0, self._last or 0, highest_number(known))
        return max(counted, self._last)

    def _read_counter(self) -> int | None:
        try:
            text = read_regular(self.folder / _COUNTER, _COUNTER_BYTES).strip()
        except FileNotFoundError:
            return None
        except OSError as error:  # another user's, perhaps; it will be replaced
            log.warning("The photo counter in %s cannot be read: %s", self.folder, error.strerror)
            return None
        if not re.fullmatch(rb"\d{1,9}", text) or int(text) > HIGHEST_NUMBER:
            log.warning("The photo counter in %s is corrupt; counting from the photos there", self.folder)
            return None
        return int(text)

    def _remember(self, number: int) -> None:
        self._last = number
        try:
            durable.write_over(self.folder / _COUNTER, b"%d\n" % number)
        except OSError as error:  # the photo is safe, and its own name counts too
            log.warning("Photo counter not written. %s", durable.explain(error, self.folder))

    def _make_space(self, size: int) -> None:
        """Empty the bin as far as ``size`` bytes need it. Hold the lock. Raises NoSpaceError, OSError."""
        lacking = size + self._keep_free - durable.free_bytes(self.folder)
        if lacking > 0:
            removed = self._bin.free(lacking)
            if removed:
                log.info("The card is full: %d deleted photo(s) have gone from the bin for good", removed)
        self._require_space(size)

    def _require_space(self, size: int) -> None:
        free = durable.free_bytes(self.folder)
        if free - size < self._keep_free:
            raise NoSpaceError(
                f"The card is full: {free // _MB} MB free in {self.folder}, "
                f"{self._keep_free // _MB} MB must stay free",
                "Copy photos off the card and delete them there, or lower storage.keep_free_mb",
            )

    @contextmanager
    def _locked(self) -> Iterator[bool]:
        """Hold the folder's lock if it can be had. No photo is lost for want of it: none is overwritten."""
        seconds = 0.0 if self._shut_out else durable.LOCK_SECONDS
        with durable.locked(self.folder, self._clock, seconds) as alone:
            if not alone and not self._shut_out:
                log.warning("Another program keeps %s locked; going on without", self.folder)
            self._shut_out = not alone
            yield alone

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise durable.explain(error, self.folder) from error


def _check_name(name: str) -> None:
    if not PHOTO.fullmatch(name):
        raise StorageError(f"{name[:80]!r} is not the name of a photo")
