"""Memory that only the start needed."""

import ctypes
import logging
import os
import re
from pathlib import Path

log = logging.getLogger(__name__)

DONTNEED = 4
"""MADV_DONTNEED of madvise(2)."""
_CODE = re.compile(r"([0-9a-f]+)-([0-9a-f]+) r-x\S \S+ \S+ [1-9]\d*\s+/", re.ASCII)
"""A mapping of a file's code in proc_pid_maps(5): run, never written, of a file with an inode."""


def give_back_code(maps: Path = Path("/proc/self/maps")) -> None:
    """Let the kernel have the pages of libraries' code; what is run again comes back by itself.

    Loading the libraries touches a great deal that is never run again: of 59 MB resident file pages 36 are
    left after a minute of work. Code alone: what else is mapped of a library may hold addresses written into
    it while it was loaded, which its file does not have.
    """
    madvise = ctypes.CDLL(None, use_errno=True).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    try:
        lines = maps.read_text().splitlines()
    except OSError as error:  # it is worth trying, and nothing more
        log.debug("No memory is given back: %s", error)
        return
    for found in filter(None, map(_CODE.match, lines)):
        start, end = (int(word, 16) for word in found.groups())
        if madvise(start, end - start, DONTNEED) != 0:
            log.debug("madvise: %s", os.strerror(ctypes.get_errno()))
