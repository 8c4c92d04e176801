"""``smart-selfie record``: a short clip of the analysed pictures, to tune the rule with ``replay``.

The appliance never records by itself; the light shows a recording as long as it lasts. The clip has the size
of the analysis image and is not encrypted: delete it when you are done with it.
"""

import argparse
import contextlib
import logging
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

from appliance.cli.common import add_config_arguments, check_output, config_of
from appliance.clock import Clock, MonotonicClock
from appliance.config import Config
from appliance.errors import UsageError
from appliance.hw.camera import Camera, EndOfRecording
from appliance.hw.cameras import open_camera
from appliance.hw.gpio import open_panel
from appliance.light.states import Condition
from appliance.pipeline.capture import READ_SECONDS
from appliance.storage.clip import Clip
from appliance.system.service import setup_logging

log = logging.getLogger(__name__)

MAX_RECORD_SECONDS = 120.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("file", type=Path, metavar="FILE.avi", help="file of the clip")
    parser.add_argument("--seconds", type=float, default=20.0, help=f"at most {MAX_RECORD_SECONDS:.0f}")
    add_config_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Exit 0 when the clip is written. The appliance itself must not run: a camera serves one program."""
    config = config_of(args)
    if not 0 < args.seconds <= MAX_RECORD_SECONDS:
        raise UsageError(f"--seconds {args.seconds:g} must be above 0 and at most {MAX_RECORD_SECONDS:.0f}")
    check_output(args.file, ".avi")
    setup_logging()
    clock = MonotonicClock()
    lights = config.hardware.model_copy(update={"button_pin": "none", "buzzer_pin": "none"})
    panel = open_panel(lights, lambda _: None)
    try:
        panel.light.condition(Condition.RECORDING, True)
        camera = open_camera(config.camera, clock, log.info)
        try:
            frames = record(camera, args.file, args.seconds, config, clock)
        finally:
            camera.close()
    finally:
        panel.close()
    print(f"{args.file}: {frames / config.camera.frame_rate:.1f} s. Delete it when you are done with it.")
    return 0


@contextlib.contextmanager
def told_to_end() -> Iterator[threading.Event]:
    """Set the event on SIGINT and SIGTERM; raised as an exception, they would end a frame half written."""
    end = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: end.set()) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield end
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def record(camera: Camera, path: Path, seconds: float, config: Config, clock: Clock) -> int:
    """Write ``seconds`` of the camera's analysis images, less if stopped; return the clip's frame count.

    Raises StorageError.
    """
    start = clock.now()
    with told_to_end() as end, Clip(path, config.camera.frame_rate, longest=seconds) as clip:
        while clock.now() - start < seconds and not end.is_set():
            try:
                frame = camera.read(READ_SECONDS)
            except EndOfRecording:
                break
            clip.add(frame.colour, frame.captured_at)
    return clip.frames
