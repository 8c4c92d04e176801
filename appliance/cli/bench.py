"""``smart-selfie bench``: what a frame costs, beside the usual way to do it, in the same run."""

import argparse
import resource
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np

from appliance.assembly import Models, assemble, load_models
from appliance.cli.common import add_config_arguments, config_of, say
from appliance.clock import MonotonicClock, VirtualClock
from appliance.config import Config
from appliance.frames import Box, Frame
from appliance.hw.cameras.convert import make_frame
from appliance.hw.cameras.scene import open_scene
from appliance.pipeline.cascade import cascade_path, tight_box
from appliance.pipeline.line import Line

SIZE = (640, 480)
PEER_FRAMES = 20
"""Frames for the peer path: it costs the same for each, and is slow."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--frames", type=int, default=150, help="frames of the scene, 30 a second")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_config_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Exit 0; nothing here can fail for being slow."""
    config = config_of(args)
    models = load_models(config)
    frames = scene_frames(max(30, args.frames))
    result = measure(config, models, frames)
    if args.json:
        say(result)
    else:
        _table(result)
    return 0


def scene_frames(count: int) -> list[Frame]:
    """The bundled scene at 640x480, four people, 30 frames a second."""
    scene = open_scene(VirtualClock(), analysis_size=SIZE, loop=True)
    frames = []
    for number in range(count):
        picture = scene.read(1.0).picture.bgr()
        wide = cv2.resize(picture, (SIZE[0], round(SIZE[0] * picture.shape[0] / picture.shape[1])))
        edge = SIZE[1] - wide.shape[0]
        tall = cv2.copyMakeBorder(wide, edge // 2, edge - edge // 2, 0, 0, cv2.BORDER_REPLICATE)
        frames.append(make_frame(number, number / 30, np.asarray(tall, np.uint8), SIZE))
    return frames


def measure(config: Config, models: Models, frames: Sequence[Frame]) -> dict[str, Any]:
    """CPU milliseconds a frame, by stage and together, and the ratio to the peer path."""
    people: list[int] = []
    assembly = assemble(config, models, listeners=[lambda decision: people.append(len(decision.people))])
    line = Line(frames, assembly.stages, MonotonicClock(), threading.Event())
    line.run_inline()
    stages = {name: 1000 * c.cpu / c.done for name, c in line.counters() if c.done and c.cpu}
    peer = cv2.CascadeClassifier(str(cascade_path("haarcascade_frontalface_default.xml")))
    peer_ms = _cpu_ms(lambda frame: _peer(peer, models, frame), frames[:PEER_FRAMES])
    ours = sum(stages.values())
    return {
        "frames": len(frames),
        "people": int(np.median(people)),
        "size": list(SIZE),
        "detector": models.detector.name,
        "stages_ms": {name: round(value, 3) for name, value in stages.items()},
        "frame_ms": round(ours, 3),
        "full_search_ms": round(_cpu_ms(models.detector.search, frames[:PEER_FRAMES]), 3),
        "peer_ms": round(peer_ms, 3),
        "times_cheaper": round(peer_ms / ours, 2),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _peer(cascade: cv2.CascadeClassifier, models: Models, frame: Frame) -> None:
    """The usual way: the whole frame through a Haar cascade at 1.3/5, then one call a face."""
    squares = cascade.detectMultiScale(frame.grey, 1.3, 5)
    boxes: list[Box] = [tight_box(*map(float, square)) for square in squares]
    for box in boxes:
        models.expression.judge(frame.grey, box)


def _cpu_ms(work: Callable[[Frame], Any], frames: Sequence[Frame]) -> float:
    started = time.thread_time()
    for frame in frames:
        work(frame)
    return 1000 * (time.thread_time() - started) / len(frames)


def _table(result: dict[str, Any]) -> None:
    width, height = result["size"]
    print(f"{result['frames']} frames of {width}x{height}, {result['people']} people, one thread")
    for name, value in result["stages_ms"].items():
        print(f"  {name:22}{value:8.2f} ms CPU")
    print(f"  {'a frame, altogether':22}{result['frame_ms']:8.2f} ms CPU")
    print(f"  {'one full search':22}{result['full_search_ms']:8.2f} ms CPU ({result['detector']})")
    print(f"  {'peer path':22}{result['peer_ms']:8.2f} ms CPU (whole frame Haar 1.3/5, one call a face)")
    print(
        f"  {result['times_cheaper']:.1f} times cheaper than the peer path; {result['memory_mb']} MB resident"
    )
