"""Files that are complete or absent: after a power cut, a full card, an I/O error, two programs at once.

Every file is written to a hidden temporary name in the same folder, then fsync, rename, fsync of the
folder. Functions raise plain OSError; :func:`explain` turns it into words for the person in front of the box.
"""

import contextlib
import ctypes
import errno
import fcntl
import os
import re
import secrets
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from appliance.clock import Clock, MonotonicClock
from appliance.errors import NoSpaceError, ReadOnlyError, StorageError
from appliance.storage.regular_file import trusted

TEMPORARY = re.compile(r"\.smart-selfie-[0-9a-f]{16}\.part")
"""Names of files not yet complete. :func:`remove_leftovers` removes only these."""

LOCK_SECONDS = 5.0
_LOCK_POLL_SECONDS = 0.02
_AT_FDCWD = -100
_RENAME_NOREPLACE = 1  # both from linux/fs.h and linux/fcntl.h
_UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP}


def write_new(path: Path, data: bytes, mode: int = 0o640) -> None:
    """Create ``path`` with ``data``, durably. Never overwrites. Raises FileExistsError, OSError.

    When only the last step fails (the fsync of the folder), ``path`` is complete, but its name may not
    survive a power cut.
    """
    with temporary(path.parent, data, mode) as unfinished:
        rename_new(unfinished, path)
    sync_folder(path.parent)


def write_over(path: Path, data: bytes, mode: int = 0o640) -> None:
    """Make ``data`` the content of ``path``, durably: a reader sees the old or the new. Raises OSError."""
    with temporary(path.parent, data, mode) as unfinished:
        unfinished.replace(path)
    sync_folder(path.parent)


def rewrite(path: Path, data: bytes) -> None:
    """Write as :func:`write_over`, for a user's own file: links are followed, and mode and owner stay.

    Owner and group stay where that is permitted. In a folder that gives its group to new files
    (set-group-ID), as that of the settings does, only owner and group may read it afterwards: it may hold a
    password now. Raises OSError.
    """
    path = trusted(path)
    status = path.lstat()
    group, mode = status.st_gid, status.st_mode & 0o777
    if path.parent.stat().st_mode & stat.S_ISGID:
        group, mode = -1, mode & 0o770 | 0o040
    with temporary(path.parent, data, mode, owner=(status.st_uid, group)) as unfinished:
        unfinished.replace(path)
    sync_folder(path.parent)


def remove(path: Path) -> None:
    """Remove ``path``, durably. Raises FileNotFoundError, OSError."""
    path.unlink()
    sync_folder(path.parent)


def probe(folder: Path) -> None:
    """Check that files can be made in ``folder``, by every step that a photo takes. Raises OSError.

    Permission bits do not tell: they do not show a card that went read-only, and root passes them all. A file
    that is only created and removed does not tell either: some file systems create files but rename none.
    """
    name = temporary_name(folder)
    with temporary(folder, b"?", 0o600) as unfinished:
        rename_new(unfinished, name)
    try:
        sync_folder(folder)
    finally:
        name.unlink()


@contextlib.contextmanager
def locked(folder: Path, clock: Clock | None = None, seconds: float = LOCK_SECONDS) -> Iterator[bool]:
    """Keep other programs of this appliance out of ``folder``; yield whether that is so. Raises OSError.

    Yields False if another program still holds the lock after ``seconds`` by ``clock``: anybody who may read
    a folder can lock it, so it only coordinates well-behaved programs, and no work may depend on it. When its
    holder dies, the kernel releases the lock.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield _locks(handle, clock or MonotonicClock(), seconds)
    finally:
        os.close(handle)


def _locks(handle: int, clock: Clock, seconds: float) -> bool:
    deadline = clock.now() + seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if clock.now() >= deadline:
                return False
            clock.wait_until(clock.now() + _LOCK_POLL_SECONDS)
        else:
            return True


def remove_leftovers(folder: Path) -> int:
    """Remove the files that a crash left half-written; return how many. Hold the lock. Raises OSError."""
    removed = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if TEMPORARY.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                Path(entry.path).unlink(missing_ok=True)
                removed += 1
    return removed


def free_bytes(folder: Path) -> int:
    """Return the bytes that a program without privileges can still write there. Raises OSError."""
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize


def explain(error: OSError, folder: Path) -> StorageError:
    """Return ``error`` in words for the owner of ``folder``, with a remedy."""
    kind, what, hint = _MEANINGS.get(error.errno or 0, _UNKNOWN)
    quoted = shlex.quote(str(folder))
    return kind(what.format(folder=folder, reason=error.strerror or error), hint.format(quoted=quoted))


_FULL = (NoSpaceError, "No space left in {folder}", "Copy photos off the card, then delete them there")
_DENIED = (
    ReadOnlyError,
    "No permission to write in {folder}",
    "Give the folder to the user the appliance runs as",
)
_UNKNOWN = (StorageError, "Cannot write in {folder}: {reason}", "See `dmesg` for more")
_MEANINGS: dict[int, tuple[type[StorageError], str, str]] = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.EROFS: (
        ReadOnlyError,
        "The card of {folder} is read-only",
        "A failing card turns itself read-only: see `dmesg`, then replace it, or remount it writable",
    ),
    errno.ENOENT: (StorageError, "The folder {folder} does not exist", "Create it: mkdir -p {quoted}"),
    errno.ENOTDIR: (StorageError, "{folder} is not a folder", "Set storage.folder to a folder"),
    errno.EIO: (
        StorageError,
        "The card of {folder} reports an I/O error",
        "It is probably failing: copy its photos now and replace it",
    ),
}


def temporary_name(folder: Path, suffix: str = "") -> Path:
    """Return a name for an unfinished file. With a ``suffix``, :func:`remove_leftovers` leaves it alone."""
    return folder / f".smart-selfie-{secrets.token_hex(8)}.part{suffix}"


@contextlib.contextmanager
def temporary(folder: Path, data: bytes, mode: int, owner: tuple[int, int] | None = None) -> Iterator[Path]:
    """Make a fsynced file under a temporary name, for the caller to rename; else it is removed.

    ``owner``, user and group, are given where that is permitted: by the handle, as in a folder where others
    write the name may lead elsewhere by now.
    """
    path = temporary_name(folder)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            with contextlib.suppress(PermissionError):  # vfat has no modes
                os.fchmod(handle, mode)  # whatever the umask says
            for user in (-1, owner[0]) if owner else ():  # the group is the one that more may give
                with contextlib.suppress(OSError):
                    os.fchown(handle, user, owner[1] if owner else -1)
            file.write(data)
            file.flush()
            os.fsync(handle)
        yield path
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def sync_file_system(path: Path) -> None:
    """Write everything of the file system of ``path`` to its device (syncfs(2), which Python lacks).

    Raises OSError.
    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(handle):
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), str(path))
    finally:
        os.close(handle)


def rename_new(old: Path, new: Path) -> None:
    """Rename, but fail with FileExistsError where plain rename(2) would overwrite.

    renameat2 does it in one step on ext4, vfat, exfat and tmpfs; Python has no binding for it. Elsewhere a
    second hard link does it. Where there are none either, as on many FUSE file systems, the name is looked at
    and then given, which is safe among those who hold the lock of the folder.
    """
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:  # musl
        code = errno.ENOSYS
    else:
        failed = rename(_AT_FDCWD, os.fsencode(old), _AT_FDCWD, os.fsencode(new), _RENAME_NOREPLACE)
        if not failed:
            return
        code = ctypes.get_errno()
    if code not in _UNSUPPORTED:
        raise OSError(code, os.strerror(code), str(new))
    try:
        os.link(old, new)
    except FileExistsError:
        raise
    except OSError:  # EPERM, ENOSYS, EMLINK, and EIO of rclone; a card that is broken refuses the rename too
        if os.path.lexists(new):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(new)) from None
        old.rename(new)
    else:
        old.unlink()


def sync_file(path: Path) -> None:
    """Make a file survive a power cut under the name it has now. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` survive a power cut. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network and FUSE file systems cannot
            raise
    finally:
        os.close(handle)


def stamp(path: Path) -> tuple[int, ...]:
    """Return modification time (ns), size and inode of a file, which change when the file does.

    The error number alone where the file cannot be examined. ``hw/early_light.py``, which may import
    nothing, computes the same: the tests of its note use both.
    """
    try:
        status = path.stat()
    except OSError as error:
        return (error.errno or 0,)
    return status.st_mtime_ns, status.st_size, status.st_ino
