"""Frames that OpenCV could not convert, and calls read all the same.

FFmpeg's swscale refuses interlaced frames from version 8 on (OpenCV 4.14). What OpenCV hands out then is a
buffer that nobody has written to: the same zeros or remains of something else for every frame. It tells
nobody, but FFmpeg's log does, which goes to the standard output of the process: so another one is asked.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from appliance.records.frame import Colour
from appliance.storage.regular_file import name_of_open, open_regular

SUSPICIOUS = 10
"""Frames. A camera never gives so many that are the same to the last bit; a still made a video does."""
PATIENCE_SECONDS = 60.0
QUESTION = """
import sys, cv2
video = cv2.VideoCapture(sys.argv[1], cv2.CAP_FFMPEG)
for _ in range(3):
    video.read()
"""
_COMPLAINT = b"Cannot convert"


class UnmovingFrames:
    """Whether all frames of a video so far were the same."""

    def __init__(self) -> None:
        self._first: Colour | None = None
        self._count = 0
        self._all_same = True

    def add(self, bgr: Colour) -> bool:
        """Take the next frame into account; True once, when they have become suspicious."""
        if not self._all_same:
            return False
        if self._first is None:
            self._first = bgr
        self._all_same = np.array_equal(self._first, bgr)
        self._count += 1
        return self._all_same and self._count == SUSPICIOUS

    def at_end(self) -> bool:
        """Return whether a video that ends here was too short to have become suspicious before."""
        return self._all_same and 0 < self._count < SUSPICIOUS


def cannot_be_converted(path: Path) -> bool:
    """Return whether FFmpeg complains of the first frames of ``path``, which it opens."""
    try:
        with open_regular(path) as file:
            asked = subprocess.run(
                [sys.executable, "-P", "-c", QUESTION, name_of_open(file)],
                env=os.environ | {"OPENCV_FFMPEG_LOGLEVEL": "16"},  # AV_LOG_ERROR
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=PATIENCE_SECONDS,
                check=False,
                pass_fds=[file.fileno()],
            )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return _COMPLAINT in asked.stdout
