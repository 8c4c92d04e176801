"""Keeps lines of libraries written in C++ from standard error.

There is no switch for them: LiteRT ignores ``TF_CPP_MIN_LOG_LEVEL``, and OpenCV prints its line about VP8
whatever ``OPENCV_FFMPEG_LOGLEVEL`` says.
"""

import contextlib
import logging
import os
import threading
from collections.abc import Iterator

log = logging.getLogger(__name__)

_swapped = threading.Lock()


@contextlib.contextmanager
def without_lines(beginning: bytes) -> Iterator[None]:
    """Drop lines that start with ``beginning`` from standard error; a log at level DEBUG shows them.

    All else that is written meanwhile, by whatever thread, appears afterwards. One thread at a time.
    """
    with _swapped, contextlib.ExitStack() as back:
        held = os.memfd_create("stderr")
        back.callback(os.close, held)
        real = os.dup(2)
        back.callback(os.close, real)
        os.dup2(held, 2)
        try:
            yield
        finally:
            os.dup2(real, 2)
            os.lseek(held, 0, os.SEEK_SET)
            with os.fdopen(os.dup(held), "rb") as file:
                lines = file.read().splitlines(keepends=True)
            for line in lines:
                if line.startswith(beginning):
                    log.debug("%s", line.decode(errors="replace").strip())
                else:
                    os.write(2, line)
