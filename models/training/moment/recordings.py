"""Recordings made of photos: groups on a plain ground who sway, blink, and switch expression one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from appliance.hw.cameras.convert import make_frame
from appliance.records.frame import Frame, Picture
from models.training.moment.portraits import CELL

RATE = 30
"""Frames a second."""
SIZE = (640, 480)
MOST = 6
"""Places for people in the picture."""
FADE_SECONDS = 0.2
"""How long a face takes from one expression to the other; it shows it from the middle on."""
BLINK_SECONDS = 0.15
NOISE = 3
"""Grey levels by which a pixel may be wrong, evenly spread: a camera in a lit room."""
SWAY = 3
"""Pixels by which a head moves to either side, 0.4 times a second."""
HELD = 4_500_000
"""Bytes of a full picture as the Pi camera's default has it: the ring is as short as it is there."""


@dataclass(frozen=True)
class Part:
    """One person: uint8 [CELL, CELL, 3] at ``rest`` and with a ``smile`` from ``start`` to ``end`` (seconds).

    ``closed`` is the picture at rest with closed eyes, seen for :data:`BLINK_SECONDS` from each of ``blinks``
    on.
    """

    rest: np.ndarray
    smile: np.ndarray
    start: float = 0.0
    end: float = 1e9
    closed: np.ndarray | None = None
    blinks: tuple[float, ...] = ()


def record(parts: Sequence[Part], seconds: float, rng: np.random.Generator) -> Iterator[Frame]:
    """Frames of the group: everybody on a place of a grid, swaying a little, with a camera's noise."""
    ground = np.full((SIZE[1], SIZE[0], 3), 150, np.uint8)
    phases = rng.random((len(parts), 2)) * 2 * np.pi
    noise = rng.integers(-NOISE, NOISE + 1, (SIZE[1] + 64, SIZE[0] + 64, 3), np.int16)
    for number in range(round(seconds * RATE)):
        time, picture = number / RATE, ground.copy()
        for index, part in enumerate(parts):
            sway = SWAY * np.sin(2 * np.pi * 0.4 * time + phases[index])
            x, y = 10 + (index % 3) * 208 + round(sway[0]), 30 + (index // 3) * 215 + round(sway[1])
            picture[y : y + CELL, x : x + CELL] = _look(part, time)
        dx, dy = rng.integers(0, 64, 2)
        bgr = cv2.add(picture, noise[dy : dy + SIZE[1], dx : dx + SIZE[0]], dtype=cv2.CV_8U)
        held = Picture(width=SIZE[0], height=SIZE[1], convert=lambda bgr=bgr: bgr, held=HELD)
        yield make_frame(number, time, bgr, SIZE, held)


def _look(part: Part, time: float) -> np.ndarray:
    rise = (time - part.start) / FADE_SECONDS + 0.5
    fall = (part.end - time) / FADE_SECONDS + 0.5
    share = float(np.clip(min(rise, fall), 0, 1))
    closed = part.closed is not None and any(0 <= time - blink < BLINK_SECONDS for blink in part.blinks)
    rest = part.closed if closed else part.rest
    return cv2.addWeighted(part.smile, share, rest, 1 - share, 0)


def write(path: Path, frames: Sequence[Frame]) -> None:
    """A recording as Motion JPEG, to look at or to replay."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), RATE, SIZE)
    for frame in frames:
        writer.write(frame.picture.bgr())
    writer.release()
