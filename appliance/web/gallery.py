"""Gallery of photos: by day, newest first, with cached thumbnails and a streamed zip."""

import copy
import hashlib
import io
import logging
import os
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from PIL import ExifTags, Image

from appliance.storage import durable
from appliance.storage.photo_names import PHOTO, photos_of
from appliance.storage.regular_file import open_regular, read_regular
from appliance.storage.thumbnail import small_jpeg

log = logging.getLogger(__name__)

MOST_THUMBNAILS = 4000
"""Kept, some 25 kB each. Beyond it the oldest are evicted, and made again on demand."""
MOST_THUMBNAIL_BYTES = 1_000_000
MOST_SIZES = 20_000
"""Sizes of photos that are remembered."""
_FIRST_TURNED = 5  # orientations from here on swap width and height (EXIF 2.31, 4.6.4)
READ_CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """Photo in the folder. ``day`` is YYYYMMDD, ``time`` HHMMSS, both of the wall clock."""

    number: int
    name: str
    day: str
    time: str

    @classmethod
    def named(cls, name: str) -> "StoredPhoto | None":
        """Return the photo called ``name``, None where that is not the name of a photo."""
        match = PHOTO.fullmatch(name)
        return match and cls(int(match[1]), match[0], match[2], match[3])

    @property
    def age(self) -> tuple[int, str]:
        """Sort key; the newest photo has the largest.

        Numbers are never reused and only grow, while the wall clock may go back.
        """
        return self.number, self.name


class Gallery:
    """Folder of photos, recognised by their names; other files are ignored.

    ``cache`` is the folder of thumbnails; it is made if it is missing. Any thread.
    """

    def __init__(self, folder: Path, cache: Path) -> None:
        self._folder = folder
        self._cache = cache
        self._one_at_a_time = threading.Lock()
        self._sizes: dict[str, tuple[int, int]] = {}
        self._is_wanted: Callable[[StoredPhoto], bool] = lambda _: True

    def only(self, is_wanted: Callable[[StoredPhoto], bool]) -> "Gallery":
        """Return the same gallery without the photos for which ``is_wanted`` is false."""
        view = copy.copy(self)  # with its lock
        view._is_wanted = is_wanted
        return view

    def pictures(self) -> list[StoredPhoto]:
        """Return all photos, newest first; none while the folder does not exist. Raises OSError."""
        try:
            photos = photos_of(self._folder)
        except FileNotFoundError:
            return []
        found = (StoredPhoto.named(path.name) for path in reversed(photos))
        return [photo for photo in found if photo is not None and self._is_wanted(photo)]

    def page(self, start: int, count: int, after: StoredPhoto | None = None) -> dict[str, object]:
        """Return ``count`` photos from number ``start`` of the list on, by day.

        With ``after`` it begins behind that photo, which may have been deleted: unlike a number, it means the
        same when photos have come or gone meanwhile. ``total`` and ``next`` refer to the whole list. Pixels
        of width and height are null where a file is not a picture.
        """
        pictures = self.pictures()
        if after is not None:
            start += sum(photo.age >= after.age for photo in pictures)
        days: list[dict[str, object]] = []
        for photo in pictures[start : start + count]:
            if not days or days[-1]["day"] != photo.day:
                days.append({"day": photo.day, "photos": []})
            width, height = self._size(photo.name)
            listed = {"name": photo.name, "time": photo.time, "width": width, "height": height}
            cast(list[object], days[-1]["photos"]).append(listed)
        following = start + count
        return {
            "total": len(pictures),
            "days": days,
            "next": following if following < len(pictures) else None,
        }

    def _size(self, name: str) -> tuple[int, int] | tuple[None, None]:
        """Return width and height as the photo is shown. Read once: its name is never given to another."""
        known = self._sizes.get(name)
        if known is not None:
            return known
        file = self.open(name)
        if file is None:
            return None, None
        with file:
            try:
                with Image.open(file, formats=("JPEG",)) as image:  # its head only
                    turned = image.getexif().get(ExifTags.Base.Orientation, 1) >= _FIRST_TURNED
                    size = (image.height, image.width) if turned else (image.width, image.height)
            except (OSError, ValueError, SyntaxError, TypeError, Image.DecompressionBombError):
                return None, None
        if len(self._sizes) >= MOST_SIZES:
            self._sizes.clear()
        self._sizes[name] = size
        return size

    def open(self, name: str) -> BinaryIO | None:
        """Open a photo: it can be read to its end even if it is deleted meanwhile. None: no such photo."""
        photo = StoredPhoto.named(name)
        if photo is None or not self._is_wanted(photo):
            return None
        try:
            return open_regular(self._folder / name, follow_links=False)
        except OSError:
            return None

    def thumbnail(self, name: str) -> bytes | None:
        """Return a small JPEG of the photo, made on first use; None: no such photo, or not readable."""
        with self._one_at_a_time:  # a phone asks for sixty at once, and a Zero 2 W has little memory
            file = self.open(name)
            if file is None:
                return None
            with file:
                status = os.fstat(file.fileno())
                key = hashlib.sha256(f"{name} {status.st_size} {status.st_mtime_ns}".encode()).hexdigest()[
                    :32
                ]
                kept = self._cache / f"{key}.jpg"
                try:
                    return read_regular(kept, MOST_THUMBNAIL_BYTES, follow_links=False)
                except OSError:
                    return self._make(file, kept)

    def _make(self, file: BinaryIO, kept: Path) -> bytes | None:
        data = small_jpeg(file)
        if data is None:
            return None
        try:
            self._cache.mkdir(mode=0o700, parents=True, exist_ok=True)
            durable.write_over(kept, data, 0o600)
            self._forget_some()
        except OSError as error:
            log.warning("The thumbnail cannot be kept: %s", error.strerror)
        return data

    def _forget_some(self) -> None:
        kept = [entry for entry in os.scandir(self._cache) if entry.name.endswith(".jpg")]
        if len(kept) > MOST_THUMBNAILS:
            kept.sort(key=lambda entry: entry.stat().st_mtime)
            for entry in kept[: MOST_THUMBNAILS // 10]:
                Path(entry.path).unlink(missing_ok=True)

    def archive(self, day: str | None) -> Iterator[bytes]:
        """Yield a zip of all photos, or of one day's, in pieces. One deleted meanwhile is left out."""
        sink = _Sink()
        with zipfile.ZipFile(
            sink, "w", zipfile.ZIP_STORED, allowZip64=True
        ) as archive:  # JPEGs do not shrink
            for photo in self.pictures():
                if day is not None and photo.day != day:
                    continue
                file = self.open(photo.name)
                if file is None:
                    continue
                with file, archive.open(_entry(photo), "w", force_zip64=True) as inside:
                    while piece := file.read(READ_CHUNK_BYTES):
                        inside.write(piece)
                        yield sink.taken()
        yield sink.taken()


def _entry(photo: StoredPhoto) -> zipfile.ZipInfo:
    try:
        moment = datetime.strptime(photo.day + photo.time, "%Y%m%d%H%M%S")
        date = (max(moment.year, 1980), *moment.timetuple()[1:6])
    except ValueError:  # a name made by hand
        date = (1980, 1, 1, 0, 0, 0)
    return zipfile.ZipInfo(f"{photo.day}/{photo.name}", date)


class _Sink(io.RawIOBase):
    """Buffer zipfile writes into; it is not seekable, so zipfile writes as to a pipe."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        before = len(self._pieces)
        self._pieces += cast(bytes, data)
        return len(self._pieces) - before

    def taken(self) -> bytes:
        data = bytes(self._pieces)
        self._pieces.clear()
        return data
