"""Export of all photos of the card to a stick: resumable, repeatable, and exact about the result."""

import errno
import hashlib
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from appliance.errors import ExportError
from appliance.export import manifest
from appliance.export.copy import copy_verified, fingerprint, read_photo
from appliance.storage import durable
from appliance.storage.photo_names import photos_of
from appliance.wording.count import counted

log = logging.getLogger(__name__)

_STICK_IS_GONE = frozenset(
    {errno.ENODEV, errno.ENXIO, errno.EIO, errno.EROFS, errno.ENOSPC, errno.ESTALE, errno.ENOTCONN}
)
"""Errors that the next photo would meet too."""

_MB = 1_000_000


@dataclass
class Outcome:
    """Result of an export. Names are those on the card; ``verified`` maps a name on the stick to its hash."""

    found: int = 0
    copied: int = 0
    already_there: int = 0
    deleted: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    verified: dict[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every photo of the card was read back from the stick, and there was at least one."""
        return self.found > 0 and self.copied + self.already_there == self.found

    def in_words(self, place: str) -> str:
        """Return the result in words; ``place`` is where the photos are now."""
        there = self.copied + self.already_there
        are = f"{counted(self.found, 'photo')} {'is' if there == 1 else 'are'}"
        parts = [f"{there} of {are} in {place}", f"{self.copied} of them new"]
        if self.deleted:
            parts.append(f"{self.deleted} deleted from the card")
        if self.found > there:
            parts.append(f"{self.found - there} NOT copied")
        return ", ".join(parts)


def export(
    card: Path, stick: Path, *, delete_after: bool = False, progress: Callable[[str], None] = lambda _: None
) -> Outcome:
    """Return copy every photo of the folder ``card`` into the folder ``stick``, and verify each.

    With ``delete_after`` the photos verified in this run are deleted from the card once the stick is synced.
    ``progress`` gets each name when it is finished. Raises ExportError when no photo can be copied.
    """
    photos = _photos(card)
    outcome = Outcome(found=len(photos))
    _prepare(stick, card)
    _look_at_space(photos, stick)
    originals: dict[Path, str] = {}
    for photo in photos:
        try:
            _export_one(photo, stick, outcome)
            originals[photo] = outcome.verified[next(reversed(outcome.verified))]
        except OSError as error:
            outcome.failed[photo.name] = error.strerror or str(error)
            log.error("%s was not copied: %s", photo.name, outcome.failed[photo.name])
            if error.errno in _STICK_IS_GONE and _names(error, stick):
                break
        progress(photo.name)
    _finish(stick, outcome)
    if delete_after:
        _delete(originals, outcome)
    return outcome


def _photos(card: Path) -> list[Path]:
    try:
        photos = photos_of(card)
    except OSError as error:
        raise ExportError(f"{card} cannot be read: {error.strerror}", "See storage.folder") from error
    if not photos:
        raise ExportError(f"{card} holds no photos", "Nothing was copied")
    return photos


def _prepare(stick: Path, card: Path) -> None:
    """Make the folder on the stick, and remove what an interrupted export left in it."""
    try:
        stick.mkdir(exist_ok=True)
        if stick.is_symlink():
            raise ExportError(f"{stick} is a link", "Name the folder that it leads to")
        if stick.samefile(card):  # each would be its own proof, and then be deleted
            raise ExportError(f"{stick} is where the photos are", "Name a folder on the stick")
        durable.remove_leftovers(stick)
        durable.probe(stick)
    except FileExistsError as error:
        raise ExportError(f"{stick} is not a folder", "Nothing was copied. Try another stick") from error
    except OSError as error:
        explained = durable.explain(error, stick)
        raise ExportError(explained.what, "Nothing was copied. Try another stick") from error


def _look_at_space(photos: list[Path], stick: Path) -> None:
    """Warn before the first photo if not all will fit; as many as fit are copied anyway."""
    try:
        wanted = sum(photo.stat().st_size for photo in photos if not os.path.lexists(stick / photo.name))
        free = durable.free_bytes(stick)
    except OSError as error:
        raise ExportError(f"The stick cannot be examined: {error.strerror}", "Nothing was copied") from error
    if wanted > free:
        log.warning("Not all photos will fit: %d MB to copy, %d MB free", wanted // _MB, free // _MB)


def _export_one(photo: Path, stick: Path, outcome: Outcome) -> None:
    """Copy ``photo`` unless it is there. Raises OSError."""
    data = read_photo(photo)
    digest = hashlib.sha256(data).hexdigest()
    # The same name with other content is another appliance's photo: ours gets its hash into the name.
    for name in (photo.name, f"{photo.stem}-{digest[:12]}.jpg"):
        target = stick / name
        there = fingerprint(target)
        if there == digest:
            outcome.already_there += 1
            outcome.verified[name] = digest
            return
        if there is None and not os.path.lexists(target):
            _require_space(stick, len(data))
            if not copy_verified(data, digest, target):
                raise OSError(errno.EIO, "the stick returns other data than was written", str(stick))
            outcome.copied += 1
            outcome.verified[name] = digest
            return
    raise OSError(errno.EEXIST, "a different file on the stick has this name", photo.name)


def _require_space(stick: Path, size: int) -> None:
    if durable.free_bytes(stick) < size:
        raise OSError(errno.ENOSPC, "the stick is full", str(stick))


def _names(error: OSError, stick: Path) -> bool:
    """Return whether ``error`` is about the stick; an unreadable photo on the card is skipped instead."""
    return error.filename is None or str(error.filename).startswith(str(stick))


def _finish(stick: Path, outcome: Outcome) -> None:
    """Write the list and sync the device. Photos that cannot be finished are not counted."""
    if not outcome.verified:
        return
    try:
        manifest.update(stick, outcome.verified)
        durable.sync_folder(stick)
        durable.sync_file_system(stick)
    except OSError as error:
        explained = durable.explain(error, stick)
        raise ExportError(
            f"The stick failed at the end: {explained.what}", "Do not rely on this stick; use another"
        ) from error


def _delete(originals: dict[Path, str], outcome: Outcome) -> None:
    """Delete the photos from the card that were verified and have not changed since."""
    for photo, digest in originals.items():
        try:
            if fingerprint(photo) == digest:
                photo.unlink()
                outcome.deleted += 1
        except OSError as error:
            log.warning("%s stays on the card: %s", photo.name, error.strerror)
