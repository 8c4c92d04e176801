"""Video file written picture by picture, in the memory of one picture: complete or absent."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import cv2
import numpy as np

from appliance.errors import StorageError
from appliance.imaging.resize import shrink
from appliance.records.frame import Colour
from appliance.storage import durable
from appliance.system.stderr_filter import without_lines

CODECS = {".webm": "VP80", ".mp4": "mp4v", ".avi": "MJPG"}
"""Codecs by the file's ending: VP8 (plays in browsers and phones), MPEG-4 Part 2 (does not), Motion JPEG."""

# FFmpeg reads this at its first use, not on import. We report its errors ourselves.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # AV_LOG_QUIET


class Clip:
    """Writes ``path`` (one of :data:`CODECS`) at ``rate`` frames a second; a context manager.

    A file has one frame rate: each picture is repeated until the time of the next. The first one gives the
    size; others are fitted in. A temporary file becomes ``path`` at the end, unless an exception ends it.
    Raises StorageError; an existing file is replaced.
    """

    def __init__(self, path: Path, rate: float, longest: float = float("inf")) -> None:
        self._path = path
        self._rate = rate
        self._longest = longest * rate
        self._part = durable.temporary_name(path.parent, path.suffix.lower())
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)
        self._last: Colour | None = None
        self._start = 0.0
        self.frames = 0

    def __enter__(self) -> "Clip":
        return self

    def add(self, picture: Colour, time: float) -> None:
        """Add the next picture, BGR, at ``time`` in seconds; the clip begins at the first one's."""
        if self._writer is None:
            self._start = time
            self._open(picture)
        self._fill(round((time - self._start) * self._rate))
        self._last = picture

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self._writer is not None:
                self._fill(max(self.frames + 1, 1))
                self._finish(self._writer)
        finally:
            if self._writer is not None:
                self._writer.release()
            with contextlib.suppress(OSError):
                self._part.unlink(missing_ok=True)

    def _open(self, picture: Colour) -> None:
        height, width = picture.shape[:2]
        self._size = (width, height)
        code = cv2.VideoWriter.fourcc(*CODECS[self._path.suffix.lower()])
        with self._named() as name, without_lines(b"OpenCV: FFMPEG: tag"):  # VP8 has none in WebM
            self._writer = cv2.VideoWriter(name, code, self._rate, self._size)
        if not self._writer.isOpened():
            raise StorageError(
                f"The clip {self._path} cannot be written", "Check that the folder exists and is writable"
            )

    @contextlib.contextmanager
    def _named(self) -> Iterator[str]:
        """Name the unfinished file for OpenCV, which crashes on folders whose names are not UTF-8."""
        try:
            folder = os.open(self._part.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise durable.explain(error, self._part.parent) from error
        try:
            yield f"/proc/self/fd/{folder}/{self._part.name}"
        finally:
            os.close(folder)

    def _fill(self, until: int) -> None:
        """Repeat the last picture up to frame number ``until``."""
        assert self._writer is not None
        while self._last is not None and self.frames < min(until, self._longest):
            self._writer.write(_framed(self._last, self._size))
            self.frames += 1

    def _finish(self, writer: cv2.VideoWriter) -> None:
        writer.release()
        if not self._whole():  # FFmpeg does not report a full card
            raise StorageError(f"The clip {self._path} could not be completed", "Check the free space")
        try:
            with self._part.open("rb") as file:
                os.fsync(file.fileno())
            self._part.replace(self._path)
            durable.sync_folder(self._path.parent)
        except OSError as error:
            raise durable.explain(error, self._path.parent) from error

    def _whole(self) -> bool:
        """Return whether the last frame can be read."""
        with self._named() as name:
            video = cv2.VideoCapture(name)
        try:
            count = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
            video.set(cv2.CAP_PROP_POS_FRAMES, self.frames - 1)
            # A signal may have come between the writing of a frame and its being counted.
            return self.frames <= count <= self.frames + 1 and video.read()[0]
        finally:
            video.release()


def _framed(picture: Colour, size: tuple[int, int]) -> Colour:
    """Return ``picture`` in the middle of a frame of ``size``, on black."""
    if picture.shape[1::-1] == size:
        return picture
    inside = shrink(picture, size)
    height, width = inside.shape[:2]
    framed = np.zeros((size[1], size[0], 3), np.uint8)
    top, left = (size[1] - height) // 2, (size[0] - width) // 2
    framed[top : top + height, left : left + width] = inside
    return framed
