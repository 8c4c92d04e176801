"""Video files through OpenCV's FFmpeg."""

import os
from pathlib import Path

import cv2
import numpy as np

from appliance.errors import RecordingError
from appliance.hw.cameras.reel import Reel, Shot, Shots

# Read when FFmpeg is first used, not on import: errors are told by us.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # AV_LOG_QUIET

_SIGNATURES = (
    (4, (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide")),  # MP4, QuickTime
    (0, (b"\x1aE\xdf\xa3",)),  # Matroska, WebM
    (8, (b"AVI ",)),
    (0, (b"OggS", b"FLV\x01", b"DKIF", b"YUV4MPEG2")),
    (0, (b"\x30\x26\xb2\x75",)),  # ASF, WMV
    (0, (b"\0\0\x01\xba", b"\0\0\x01\xb3", b"\0\0\0\x01", b"\0\0\x01\x09")),  # MPEG and H.26x streams
    (188, (b"\x47",)),  # MPEG transport stream
    (196, (b"\x47",)),  # the same with time stamps, as camcorders write it
)
"""Where in a file which bytes tell a container."""

LIKELY_FRAME_RATE = 30.0
"""1/s, for a file that does not tell: it sets how long the last frame lasts, no more."""

LONGEST_FRAME = 60.0
"""Seconds. A frame that stands for longer has a broken time stamp: a broken header can make it five days,
and a picture that stands is repeated, so the recording would not end."""


def open_video(path: Path) -> Reel:
    """The video's frames; time stamps from the file. Raises RecordingError when it is none."""
    video = cv2.VideoCapture()
    if not (_is_container(path) and video.open(str(path.resolve()), cv2.CAP_FFMPEG)):
        raise RecordingError(f"{path} is no video that can be read", "Is it whole? MP4, MKV, WebM, AVI play")
    rate = video.get(cv2.CAP_PROP_FPS)
    rate = rate if 1 <= rate <= 240 else LIKELY_FRAME_RATE  # 0, or 1000 and more: not told
    count = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
    return Reel("video", _shots(video, path, rate, count), count if count > 0 else None)


def _is_container(path: Path) -> bool:
    """FFmpeg alone would play a text file as letters on a screen, and follow a playlist to the network."""
    with path.open("rb") as file:
        head = file.read(256)
    return any(head.startswith(signatures, offset) for offset, signatures in _SIGNATURES)


def _shots(video: cv2.VideoCapture, path: Path, rate: float, count: int) -> Shots:
    """Every frame with the time until the next one."""
    try:
        read = 0
        elapsed = 0.0
        ok, bgr = video.read()
        stamp = video.get(cv2.CAP_PROP_POS_MSEC) / 1000
        while ok:
            current = np.asarray(bgr, dtype=np.uint8)
            read += 1
            ok, bgr = video.read()
            following = video.get(cv2.CAP_PROP_POS_MSEC) / 1000
            # Some files repeat time stamps or jump back; time does not.
            step = following - stamp
            seconds = step if ok and 0 < step <= LONGEST_FRAME else 1 / rate
            yield Shot(current, seconds)
            elapsed += max(step, seconds) if ok else seconds  # in the file's time, as what it promised
            stamp = following if abs(step) > LONGEST_FRAME else max(stamp + seconds, following)
    finally:
        video.release()
    _whole_or_raise(path, read, elapsed, count, rate)


def _whole_or_raise(path: Path, read: int, seconds: float, count: int, rate: float) -> None:
    """FFmpeg does not tell the end from a break: compare with what the file's header promised.

    The count is exact in MP4 and AVI and a guess from the duration elsewhere, so time must be short as well.
    """
    promised = count / rate
    if count > 0 and read < count - 1 and seconds < promised - max(0.2, 0.03 * promised):
        raise RecordingError(
            f"{path} breaks off after {read} of {count} frames, at {seconds:.1f} s",
            "Copy it again from where it came",
        )
