"""Pictures that stand one after the other in one file, as ``rpicam-vid --codec mjpeg`` writes them.

A decoder stops at the end of the first one. Where that is, the formats themselves tell: JPEG by its markers
(ITU-T T.81, annex B), PNG by its chunks (RFC 2083, 3.2).
"""

import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import BinaryIO

from appliance.errors import PictureError

MOST_BYTES = 64_000_000
"""Of one picture of a series; so much is in memory."""
_BLOCK = 1 << 20
_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_MARKER = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd8]")
"""All but stuffed bytes, fill bytes and markers that stand alone."""
_END, _SCAN = 0xD9, 0xDA
_PADDING = b"\x00\xff\r\n"


@dataclass(frozen=True, slots=True)
class Found:
    """A picture of a series: its bytes, how many scans it has, and whether another one follows."""

    data: bytes
    scans: int
    followed: bool


def first_picture(file: BinaryIO) -> Found:
    """Return the first picture, without its bytes; of a JPEG that breaks off the scans up to there.

    Of what is neither JPEG nor PNG it says one scan, and nothing behind it.
    """
    reader = _Reader(file, keep=False)
    found = next(_walk(reader), None)
    return found or Found(b"", max(1, reader.scans), followed=False)


def split_pictures(file: BinaryIO) -> Generator[Found, None, None]:
    """Yield every whole picture. Raises PictureError behind the last one where the file breaks off."""
    reader = _Reader(file, keep=True)
    yield from _walk(reader)
    reader.at = 0
    if reader.at_picture():
        raise PictureError("It breaks off in the middle of a picture")


class _Reader:
    """Bytes from a place on; what was walked over is dropped unless it is to be kept."""

    def __init__(self, file: BinaryIO, *, keep: bool) -> None:
        self._file = file
        self._keep = keep
        self._data = bytearray()
        self.at = 0
        self.scans = 0

    def have(self, count: int) -> bool:
        """Return whether ``count`` bytes follow."""
        while len(self._data) < self.at + count:
            if not self._keep and self.at > _BLOCK:
                jump = min(self.at, len(self._data))
                del self._data[:jump]
                self.at -= jump
            block = self._file.read(_BLOCK)
            if not block:
                return False
            self._data += block
            if self._keep and len(self._data) > MOST_BYTES:
                raise PictureError(f"A picture of it takes more than {MOST_BYTES // 1_000_000} MB")
        return True

    def peek(self, count: int) -> bytes:
        return bytes(self._data[self.at : self.at + count]) if self.have(count) else b""

    def at_picture(self) -> bool:
        return self.peek(len(_JPEG)) == _JPEG or self.peek(len(_PNG)) == _PNG

    def begin(self) -> None:
        """Forget what was read; a picture begins here."""
        while (byte := self.peek(1)) and byte in _PADDING and not self.at_picture():
            self.at += 1
        del self._data[: self.at]
        self.at = self.scans = 0

    def taken(self) -> bytes:
        return bytes(self._data[: self.at]) if self._keep else b""

    def to_marker(self) -> int | None:
        """Go to the next marker that says something; returns it."""
        while self.have(2):
            match = _MARKER.search(self._data, self.at)
            if match is not None:
                self.at = match.start()
                return self._data[self.at + 1]
            self.at = len(self._data) - 1  # its last byte may be the first half of one
        return None


def _walk(reader: _Reader) -> Generator[Found, None, None]:
    while True:
        reader.begin()
        passed = _pass_jpeg(reader) if reader.peek(len(_JPEG)) == _JPEG else _pass_png(reader)
        if not passed:
            return
        data, scans = reader.taken(), max(1, reader.scans)
        reader.begin()
        yield Found(data, scans, reader.at_picture())


def _pass_jpeg(reader: _Reader) -> bool:
    """Go behind the picture and count its scans; False where it does not end."""
    reader.at += 2
    while (marker := reader.to_marker()) is not None:
        if marker == _END:
            reader.at += 2
            return True
        head = reader.peek(4)
        if not head:
            break
        reader.scans += marker == _SCAN
        reader.at += 2 + int.from_bytes(head[2:], "big")
    return False


def _pass_png(reader: _Reader) -> bool:
    """Go behind the picture; False where there is none, or it does not end."""
    if reader.peek(len(_PNG)) != _PNG:
        return False
    reader.at += len(_PNG)
    while head := reader.peek(8):
        reader.at += 12 + int.from_bytes(head[:4], "big")
        if head[4:] == b"IEND":
            return reader.have(0)
    return False
