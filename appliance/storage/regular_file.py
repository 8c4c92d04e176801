"""Opening of a file that another user may have replaced: a regular file, or an error at once.

A pipe in its place would block for ever, opening a device could have side effects, and a folder or a link
might lead elsewhere.
"""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISLNK, "a link"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


_MOST_LINKS = 40
"""As Linux has it (path_resolution(7))."""


class NotRegularFileError(OSError):
    """Something other than a regular file. ``strerror`` says what, as ``it is a pipe, not a file``."""


class ForeignLinkError(PermissionError):
    """Root was to follow a link that another user made. ``strerror`` says so."""


def trusted(path: Path) -> Path:
    """Return the file that ``path`` leads to, without links. Raises ForeignLinkError, OSError.

    As root, in folders where others write, only links that root made are followed: another user's would have
    root read or write what that user may not. The file itself need not be there.
    """
    if os.geteuid() != 0:
        return path.resolve()
    done, links = Path("/"), 0
    pending = list(reversed(path.absolute().parts[1:]))
    while pending:
        name = pending.pop()
        step = done.parent if name == ".." else done / name
        link = _link(step)
        if link is None:
            done = step
            continue
        links += 1
        if links > _MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
        if link.is_absolute():
            done = Path("/")
        pending.extend(reversed([part for part in link.parts if part != "/"]))
    return done


def _link(step: Path) -> Path | None:
    """Return where the link ``step`` leads, None where it is none. Raises ForeignLinkError, OSError."""
    try:
        status = step.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISLNK(status.st_mode):
        return None
    if status.st_uid != 0:
        raise ForeignLinkError(errno.EPERM, "it is another user's link; root follows none", str(step))
    return step.readlink()


def open_regular(path: Path, *, follow_links: bool = True) -> BinaryIO:
    """Return ``path`` open for reading; never waits. Raises NotRegularFileError, OSError.

    Only a regular file is opened, and checked again once open: the name may have been given to another file
    in between.
    """
    _check(path.stat(follow_symlinks=follow_links).st_mode, path)
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    handle = os.open(path, flags if follow_links else flags | os.O_NOFOLLOW)
    try:
        _check(os.fstat(handle).st_mode, path)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_regular(path: Path, most_bytes: int, *, follow_links: bool = True) -> bytes:
    """Return the content of ``path``, ``most_bytes`` + 1 at most, so that the caller can tell what is larger.

    Raises NotRegularFileError, OSError.
    """
    with open_regular(path, follow_links=follow_links) as file:
        return file.read(most_bytes + 1)


def name_of_open(file: BinaryIO) -> str:
    """Return a name by which another library of this process can open the very file that ``file`` is.

    OpenCV crashes on names that are not UTF-8 (proc(5), /proc/self/fd).
    """
    return f"/proc/self/fd/{file.fileno()}"


def _check(mode: int, path: Path) -> None:
    if stat.S_ISREG(mode):
        return
    kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "something else")
    code = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
    raise NotRegularFileError(code, f"it is {kind}, not a file", str(path))
