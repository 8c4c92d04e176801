"""Video files through OpenCV's FFmpeg."""

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from appliance.errors import RecordingError
from appliance.hw.cameras import mp4
from appliance.hw.cameras.limits import LONGEST_VIDEO, check_frame
from appliance.hw.cameras.reel import Reel, Shot, Shots
from appliance.hw.cameras.unconverted import UnmovingFrames, cannot_be_converted
from appliance.records.frame import Colour
from appliance.storage.regular_file import name_of_open, open_regular

# Read when FFmpeg is first used, not on import: errors are told by us.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # AV_LOG_QUIET

_SIGNATURES = (
    (4, (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide")),  # MP4, QuickTime
    (0, (b"\x1aE\xdf\xa3",)),  # Matroska, WebM
    (8, (b"AVI ",)),
    (0, (b"OggS", b"FLV\x01", b"DKIF", b"YUV4MPEG2")),
    (0, (b"\x30\x26\xb2\x75",)),  # ASF, WMV
    (0, (b"\0\0\x01\xba", b"\0\0\x01\xb3", b"\0\0\0\x01", b"\0\0\x01\x09")),  # MPEG and H.26x streams
)
"""Where in a file which bytes tell a container."""

_PACKETS = ((0, 188), (4, 192))
"""MPEG transport streams, plain and as camcorders write it with time stamps: first packet and packet size."""
_SYNC = 0x47
_ALLOWED = (
    "protocol_whitelist;file|format_whitelist;mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,ogg,flv,ivf,yuv4mpegpipe,"
    "asf,mpeg,mpegvideo,mpegts,h264,hevc,m4v"
)
"""FFmpeg goes by the content: without this a list of files called .mp4 would play what it names."""
_OPTIONS = "OPENCV_FFMPEG_CAPTURE_OPTIONS"

MOST_STRETCHED = 4.0
"""Width of a pixel by its height, or the other way round: what is told beyond is a broken header."""

LIKELY_FRAME_RATE = 30.0
"""1/s, for a file that does not tell: it sets how long the last frame lasts, no more."""

LONGEST_FRAME = 60.0
"""Seconds. A frame that stands for longer has a broken time stamp: a broken header can make it five days,
and a picture that stands is repeated, so the recording would not end."""


def open_video(path: Path) -> Reel:
    """Return the video's frames; time stamps from the file. Raises RecordingError when it is none."""
    with open_regular(path) as file:
        container = _is_container(file.read(1024))
        movie = mp4.movie_of(file) if container else None
        video = cv2.VideoCapture()
        with _restricted():
            if not (container and video.open(name_of_open(file), cv2.CAP_FFMPEG)):
                raise RecordingError(
                    f"{path} is not a readable video",
                    "MP4, MKV, WebM and AVI can be played; it may be incomplete",
                )
    video.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)  # 4.11 leaves a phone's videos lying on their side
    if movie is not None and movie.videos > 1:
        raise RecordingError(
            f"{path} holds {movie.videos} videos one after the other; players show the first one alone",
            "Split it, or join them with ffmpeg -f concat",
        )
    stretch = _stretch(video)
    sides = video.get(cv2.CAP_PROP_FRAME_WIDTH), video.get(cv2.CAP_PROP_FRAME_HEIGHT)
    check_frame(path, *(round(side * factor) for side, factor in zip(sides, stretch, strict=True)))
    rate = video.get(cv2.CAP_PROP_FPS)
    rate = rate if 1 <= rate <= 240 else LIKELY_FRAME_RATE  # 0, or 1000 and more: not told
    count = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
    promised = count / rate
    if movie is not None and movie.shown_seconds is not None:
        promised = min(promised, movie.shown_seconds)  # trimmed without being encoded anew: the rest is there
    return Reel("video", _shots(video, path, stretch, rate, count, promised), count if count > 0 else None)


@contextmanager
def _restricted() -> Iterator[None]:
    """OpenCV takes FFmpeg's options from the environment, whenever it opens a file."""
    before = os.environ.get(_OPTIONS)
    os.environ[_OPTIONS] = _ALLOWED
    try:
        yield
    finally:
        if before is None:
            del os.environ[_OPTIONS]
        else:
            os.environ[_OPTIONS] = before


def _is_container(head: bytes) -> bool:
    """FFmpeg alone would play a text file as letters on a screen."""
    if any(head.startswith(signatures, offset) for offset, signatures in _SIGNATURES):
        return True
    return any(
        len(head) > first + 3 * size and all(head[first + n * size] == _SYNC for n in range(4))
        for first, size in _PACKETS
    )


def _stretch(video: cv2.VideoCapture) -> tuple[float, float]:
    """Return factors of width and height, 1 or more: the pixels of many camcorders are not square."""
    across, down = video.get(cv2.CAP_PROP_SAR_NUM), video.get(cv2.CAP_PROP_SAR_DEN)
    ratio = across / down if across > 0 and down > 0 else 1.0  # 0: not told
    if not 1 / MOST_STRETCHED <= ratio <= MOST_STRETCHED:
        return 1.0, 1.0
    if video.get(cv2.CAP_PROP_ORIENTATION_META) in (90, 270):  # OpenCV has turned the picture
        ratio = 1 / ratio
    return max(1.0, ratio), max(1.0, 1 / ratio)


def _shots(
    video: cv2.VideoCapture,
    path: Path,
    stretch: tuple[float, float],
    rate: float,
    count: int,
    promised: float,
) -> Shots:
    """Return every frame with the time until the next one."""
    frames = UnmovingFrames()
    codec = int(video.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little").decode("ascii", "replace").strip("\0 ")
    try:
        read = 0
        elapsed = played = 0.0
        ok, bgr = video.read()
        stamp = video.get(cv2.CAP_PROP_POS_MSEC) / 1000
        begins = max(0.0, video.get(cv2.CAP_PROP_PTS)) / rate  # Matroska's duration is the time of its end
        while ok:
            current: Colour = np.asarray(bgr, dtype=np.uint8)
            if frames.add(current):
                _refuse_unconverted(path)
            read += 1
            ok, bgr = video.read()
            following = video.get(cv2.CAP_PROP_POS_MSEC) / 1000
            # Some files repeat time stamps or jump back; time does not.
            step = following - stamp
            seconds = step if ok and 0 < step <= LONGEST_FRAME else 1 / rate
            yield Shot(_stretched(current, stretch), seconds)
            elapsed += max(step, seconds) if ok else seconds  # in the file's time, as what it promised
            stamp = following if abs(step) > LONGEST_FRAME else max(stamp + seconds, following)
            played += seconds
            if played > LONGEST_VIDEO:
                raise _too_long(path)
    finally:
        video.release()
    if frames.at_end():
        _refuse_unconverted(path)
    if not read:
        raise _undecodable(path, codec)
    _whole_or_raise(path, read, elapsed, count - round(begins * rate), promised - begins)


def _too_long(path: Path) -> RecordingError:
    return RecordingError(f"{path} lasts longer than {LONGEST_VIDEO / 3600:.0f} h", "Cut it into pieces")


def _undecodable(path: Path, codec: str) -> RecordingError:
    return RecordingError(
        f"{path} is a video ({codec or 'unknown codec'}) of which not one frame can be decoded",
        f"Convert it: ffmpeg -i {shlex.quote(str(path))} -pix_fmt yuv420p converted.mp4",
    )


def _stretched(bgr: Colour, factors: tuple[float, float]) -> Colour:
    if factors == (1.0, 1.0):
        return bgr
    size = round(bgr.shape[1] * factors[0]), round(bgr.shape[0] * factors[1])
    return np.asarray(cv2.resize(bgr, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _refuse_unconverted(path: Path) -> None:
    with _restricted():
        refused = cannot_be_converted(path)
    if refused:
        raise RecordingError(
            f"{path} cannot be read: its frames cannot be converted, as those of an interlaced video",
            f"Deinterlace it: ffmpeg -i {shlex.quote(str(path))} -vf yadif progressive.mp4",
        )


def _whole_or_raise(path: Path, read: int, seconds: float, count: int, promised: float) -> None:
    """FFmpeg does not tell the end from a break: compare with what the file's header promised.

    The count is exact in MP4 and AVI and a guess from the duration elsewhere, so time must be short as well.
    """
    if count > 0 and read < count - 1 and seconds < promised - max(0.2, 0.03 * promised):
        raise RecordingError(
            f"{path} breaks off after {read} of {count} frames, at {seconds:.1f} s",
            "Copy it again from where it came",
        )
