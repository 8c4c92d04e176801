"""Socket file on which the feed is offered."""

import contextlib
import socket
import stat
from pathlib import Path


def open_listener(path: Path, backlog: int) -> socket.socket:
    """Return a listening socket; one that a crash left behind is replaced, one in use is not. Raises OSError.

    ``backlog`` connections may wait to be accepted.
    """
    if path.exists() or path.is_symlink():
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise FileExistsError(0, "the name is taken by another file")
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1.0)
            with contextlib.suppress(ConnectionRefusedError):
                probe.connect(str(path))
                raise FileExistsError(0, "another smart-selfie uses it")
        path.unlink()
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(str(path))
        path.chmod(0o660)  # the page's user is in the group
        listener.listen(backlog)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener
