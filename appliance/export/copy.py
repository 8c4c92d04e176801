"""Copy of one photo to another file system, with verification."""

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from appliance.storage import durable
from appliance.storage.photo_names import MAX_PHOTO_BYTES
from appliance.storage.regular_file import NotRegularFileError, open_regular, read_regular

COPY_CHUNK_BYTES = 1 << 20
PHOTO_MODE = 0o644
"""On the stick, where its file system has modes: anybody may look at the photos."""


def fingerprint(path: Path) -> str | None:
    """Return the SHA-256 of a regular file as the device holds it, not the kernel's cache; None without one.

    A stick may hold anything under any name: links are not followed, pipes not waited for, and devices not
    opened. Raises OSError.
    """
    try:
        with open_regular(path, follow_links=False) as file:
            forget(file.fileno())
            return _hash(file)
    except (FileNotFoundError, NotRegularFileError):
        return None


def forget(handle: int) -> None:
    """Drop the kernel's cache of a file that is already on the device: the next read asks the device itself.

    Without this a stick that accepts everything and keeps nothing would pass every check (posix_fadvise(2)).
    """
    os.fsync(handle)
    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)


def read_photo(path: Path) -> bytes:
    """Return the photo's bytes. Raises OSError, also for anything but a regular file of a photo's size."""
    try:
        data = read_regular(path, MAX_PHOTO_BYTES, follow_links=False)
    except OSError as error:  # read(2) does not name the file: not one on the stick
        raise OSError(error.errno, error.strerror, str(path)) from error
    if len(data) > MAX_PHOTO_BYTES:
        raise OSError(0, "is larger than any photo", str(path))
    return data


def copy_verified(data: bytes, digest: str, target: Path) -> bool:
    """Write ``data`` as the new file ``target``; return False if the device reads back something else.

    Raises FileExistsError, OSError; no half-written file is left behind.
    """
    with durable.temporary(target.parent, data, PHOTO_MODE) as unfinished:
        if fingerprint(unfinished) != digest:
            return False
        durable.rename_new(unfinished, target)
    # vfat makes an empty entry of the new name and fills it in half a minute later, or now.
    durable.sync_file(target)
    return True


def _hash(file: BinaryIO) -> str:
    digest, size = hashlib.sha256(), 0
    while size <= MAX_PHOTO_BYTES and (chunk := file.read(COPY_CHUNK_BYTES)):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest()
