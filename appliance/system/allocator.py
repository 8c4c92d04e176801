"""Settings of glibc's allocator for small processes with a few threads."""

import contextlib
import ctypes

_ARENA_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1  # from malloc.h


def return_freed_memory() -> None:
    """Return freed memory to the system: by default glibc keeps an arena for every thread.

    Does nothing with another C library.
    """
    with contextlib.suppress(AttributeError, OSError):
        allocator = ctypes.CDLL(None)
        for setting, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, 32 * 1024), (_TRIM_THRESHOLD, 128 * 1024)):
            allocator.mallopt(setting, value)
