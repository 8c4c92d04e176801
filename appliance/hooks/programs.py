"""Programs that may run: only the owner's, so that nobody who may change settings can have one run."""

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

HOOKS_FOLDER = Path("/etc/smart-selfie/hooks.d")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?<!\.bak)(?<!\.orig)", re.ASCII)
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class Programs:
    """Programs of a folder in order of their names, and why others are left out, by name."""

    paths: tuple[Path, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)


def programs_of(folder: Path, owner: int = 0) -> Programs:
    """Return the programs of ``folder``; none where it is missing.

    Folder and files must belong to the user ``owner`` and be writable by nobody else, as the page's user may
    write where the folder lies. Links are not followed.
    """
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return Programs()
    except OSError as error:
        return Programs(refused={str(folder): error.strerror or "cannot be read"})
    try:
        wrong = _distrusted(os.fstat(handle), owner)
        if wrong:
            return Programs(refused={str(folder): wrong})
        paths, refused = [], {}
        for name in sorted(os.listdir(handle)):  # noqa: PTH208  (by descriptor)
            reason = _reason(name, handle, owner)
            if reason is None:
                paths.append(folder / name)
            elif reason:
                refused[name] = reason
        return Programs(tuple(paths), refused)
    finally:
        os.close(handle)


def _reason(name: str, folder: int, owner: int) -> str | None:
    """Return why ``name`` does not run; None if it does, empty where nobody expects it to."""
    if not _NAME.fullmatch(name) or name.upper().startswith("README"):
        return ""
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        return error.strerror or "cannot be read"
    if not stat.S_ISREG(status.st_mode):
        return "is not a file of its own"
    if not status.st_mode & stat.S_IXUSR:
        return "is not executable: sudo chmod 755"
    return _distrusted(status, owner) or None


def _distrusted(status: os.stat_result, owner: int) -> str:
    if status.st_uid != owner:
        return "does not belong to root: sudo chown root"
    if status.st_mode & _OTHERS_WRITE:
        return "can be written by others than root: sudo chmod go-w"
    return ""
