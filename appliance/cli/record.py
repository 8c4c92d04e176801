"""``smart-selfie record``: a short clip of what the appliance analyses, to tune the rule with ``replay``.

Only when somebody calls it; the light says so as long as it lasts. The clip has the size of the analysis
image and is not encrypted: delete it when it has served.
"""

import argparse
import logging
from pathlib import Path

import cv2

from appliance.cli.common import add_config_arguments, config_of
from appliance.clock import Clock, MonotonicClock
from appliance.config import Config
from appliance.errors import StorageError, UsageError
from appliance.frames import Colour, Light
from appliance.hw.camera import Camera, EndOfRecording
from appliance.hw.cameras import open_camera
from appliance.hw.gpio import open_panel
from appliance.pipeline.capture import READ_SECONDS
from appliance.service import setup_logging

log = logging.getLogger(__name__)

LONGEST_SECONDS = 120.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("file", type=Path, metavar="FILE.avi")
    parser.add_argument("--seconds", type=float, default=20.0, help=f"at most {LONGEST_SECONDS:.0f}")
    add_config_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Exit 0 when the clip is written. The appliance itself must not run: a camera serves one program."""
    config = config_of(args)
    if not 0 < args.seconds <= LONGEST_SECONDS:
        raise UsageError(f"--seconds {args.seconds:g} is not above 0 and at most {LONGEST_SECONDS:.0f}")
    if args.file.suffix.lower() != ".avi":
        raise UsageError(f"{args.file} does not end in .avi", "The clip is Motion JPEG in AVI")
    setup_logging()
    clock = MonotonicClock()
    lights = config.hardware.model_copy(update={"button_pin": "none", "buzzer_pin": "none"})
    panel = open_panel(lights, lambda _: None, log)
    try:
        panel.condition(Light.RECORDING, True)
        camera = open_camera(config.camera, clock, log.info)
        try:
            frames = record(camera, args.file, args.seconds, config, clock)
        finally:
            camera.close()
    finally:
        panel.close()
    print(f"{args.file}: {frames / config.camera.frame_rate:.1f} s. Delete it when it has served.")
    return 0


def record(camera: Camera, path: Path, seconds: float, config: Config, clock: Clock) -> int:
    """Write ``seconds`` of the camera's analysis images; returns the clip's frames. Raises StorageError.

    An AVI has one frame rate: each image stands for as many frames as time has passed since the one before.
    """
    rate, start, written = config.camera.frame_rate, clock.now(), 0
    writer: cv2.VideoWriter | None = None
    last: Colour | None = None
    first_at: float | None = None
    try:
        while clock.now() - start < seconds:
            try:
                frame = camera.read(READ_SECONDS)
            except EndOfRecording:
                break
            first_at = frame.captured_at if first_at is None else first_at
            if writer is None:
                height, width = frame.grey.shape
                writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), rate, (width, height))
                if not writer.isOpened():
                    raise StorageError(
                        f"The clip {path} cannot be written", "Is the folder there and writable?"
                    )
            due = round((frame.captured_at - first_at) * rate)
            while last is not None and written < min(due, round(seconds * rate)):
                writer.write(last)
                written += 1
            last = frame.colour
        if writer is not None and last is not None and written < round(seconds * rate):
            writer.write(last)
            written += 1
    finally:
        if writer is not None:
            writer.release()
    return written
