"""Recordings made for a test, and how they play."""

import io
import itertools
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from appliance.clock import VirtualClock
from appliance.errors import RecordingError
from appliance.hw.camera import EndOfRecording
from appliance.hw.cameras.recording import Recording
from appliance.records.frame import Colour, Frame


def shade(value: int, size: tuple[int, int] = (64, 48)) -> Colour:
    """A picture of one brightness, so that a frame tells which one it is."""
    return np.full((size[1], size[0], 3), value, np.uint8)


def write_video(path: Path, frames: int, rate: float = 10, codec: str = "mp4v") -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), rate, (64, 48))
    noise = np.random.default_rng(0)
    for i in range(frames):
        writer.write(cv2.add(shade(20 + i % 200), noise.integers(0, 8, (48, 64, 3), np.uint8)))
    writer.release()
    return path


def write_gif(path: Path, delays: list[int], size: tuple[int, int] = (64, 48)) -> Path:
    noise = np.random.default_rng(1)
    pages = [Image.fromarray(noise.integers(0, 255, (size[1], size[0], 3), np.uint8)) for _ in delays]
    pages[0].save(path, save_all=True, append_images=pages[1:], duration=delays, loop=0)
    return path


def animation(kind: str, size: tuple[int, int] = (32, 24)) -> bytes:
    """Four frames of noise, 40 ms each, where the kind of file can hold more than one."""
    noise = np.random.default_rng(3)
    pages = [Image.fromarray(noise.integers(0, 255, (size[1], size[0], 3), np.uint8)) for _ in range(4)]
    options = {} if kind == "JPEG" else {"save_all": True, "append_images": pages[1:], "duration": 40}
    buffer = io.BytesIO()
    pages[0].save(buffer, kind, **options)
    return buffer.getvalue()


def frame_headers(gif: bytes) -> list[int]:
    """Where in a GIF of Pillow's the frames begin: place and size follow, then the picture."""
    extension = b"!\xf9\x04"  # four bytes and a zero later comes the frame
    starts = [at + 8 for at in range(len(gif)) if gif.startswith(extension, at)]
    assert all(gif[start : start + 1] == b"," for start in starts)
    return starts


def frames_of(path: Path, **options: object) -> Iterator[Frame]:
    with closing(Recording(path, VirtualClock(), **options)) as camera:  # type: ignore[arg-type]
        while True:
            try:
                yield camera.read(timeout=1)
            except EndOfRecording:
                return


def play(path: Path, **options: object) -> list[Frame]:
    return list(frames_of(path, **options))


def times(frames: list[Frame]) -> list[float]:
    return [round(frame.captured_at, 3) for frame in frames]


def write_webp(path: Path, delays: list[int]) -> Path:
    pages = [Image.fromarray(shade(50 * i)) for i in range(len(delays))]
    pages[0].save(path, save_all=True, append_images=pages[1:], duration=delays)
    return path


def until_it_breaks(path: Path) -> tuple[int, str]:
    """Frames delivered, and what was said then."""
    camera = Recording(path, VirtualClock())
    for count in itertools.count():
        try:
            camera.read(1)
        except RecordingError as error:
            return count, str(error)
    raise AssertionError
