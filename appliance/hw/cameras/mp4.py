"""What an MP4 or QuickTime file says of itself (ISO/IEC 14496-12) and OpenCV does not pass on."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_INSIDE = {b"moov", b"trak", b"mdia"}
MOST_BOXES = 10_000
_LARGEST_HEAD = 128


@dataclass(frozen=True, slots=True)
class Movie:
    """``shown_seconds``: how long its longest picture track is shown, after all trimming; None if untold.

    ``videos``: how many of them stand one after the other in the file; players show the first.
    """

    shown_seconds: float | None
    videos: int


def movie_of(file: BinaryIO) -> Movie | None:
    """Return the facts in ``file``; None if it is broken or not an MP4, which its reader reports better."""
    try:
        return _movie(file)
    except (struct.error, OSError, OverflowError, ValueError):  # ValueError: a place no file has
        return None


def _movie(file: BinaryIO) -> Movie | None:
    videos, scale, shown, track = 0, 0, 0.0, 0.0
    for kind, head in _boxes(file):
        long = head[:1] == b"\x01"  # version 1: times of 8 bytes
        if kind == b"moov":
            videos += 1
        elif videos > 1:
            continue
        elif kind == b"mvhd":
            scale = struct.unpack_from(">I", head, 20 if long else 12)[0]
        elif kind == b"tkhd":
            form, at, untold = (">Q", 28, 2**64 - 1) if long else (">I", 20, 2**32 - 1)
            ticks = struct.unpack_from(form, head, at)[0]
            track = 0.0 if ticks == untold or not scale else ticks / scale
        elif kind == b"hdlr" and head[8:12] == b"vide":
            shown = max(shown, track)
    return Movie(shown or None, videos) if videos else None


def _boxes(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Kind and first bytes of every box, those that hold others first."""
    at = 0
    for _ in range(MOST_BOXES):
        file.seek(at)
        start = file.read(16)
        if len(start) < 8:
            return
        size, kind = struct.unpack_from(">I4s", start)
        header = 8
        if size == 1:
            size, header = struct.unpack_from(">Q", start, 8)[0], 16
        if 0 < size < header:
            return
        file.seek(at + header)
        yield kind, file.read(_LARGEST_HEAD)
        if kind in _INSIDE:
            at += header
        elif size == 0:  # to the end of the file
            return
        else:
            at += size
