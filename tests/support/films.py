"""Short films of squares, each frame different, and all the frames of one."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from appliance.clock import VirtualClock
from appliance.hw.camera import EndOfRecording
from appliance.hw.cameras.recording import Recording
from appliance.records.frame import Colour, Frame

RATE = 10.0
COUNT = 30


def picture(number: int) -> Colour:
    """Every one different, and the top left corner white."""
    bgr = np.full((48, 64, 3), 40 + 5 * number, np.uint8)
    bgr[:16, :16] = 255
    return bgr


def film(path: Path, codec: str = "mp4v", pictures: Iterator[Colour] | None = None) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), RATE, (64, 48))
    assert writer.isOpened()
    for bgr in pictures or map(picture, range(COUNT)):
        writer.write(bgr)
    writer.release()
    return path


def played(path: Path) -> list[Frame]:
    frames = []
    camera = Recording(path, VirtualClock())
    try:
        while True:
            frames.append(camera.read(1.0))
    except EndOfRecording:
        return frames
    finally:
        camera.close()
