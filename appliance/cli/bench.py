"""``smart-selfie bench``: the cost of a frame, compared with the usual way in the same run."""

import argparse
import contextlib
import os
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from appliance.cli.common import PROGRAM, add_config_arguments, config_of, print_json
from appliance.clock import MonotonicClock, VirtualClock
from appliance.config import Config
from appliance.config.schema import FaceSettings
from appliance.errors import ApplianceError
from appliance.hw.cameras.convert import make_frame
from appliance.hw.cameras.scene import Scene
from appliance.imaging.haar import cascade_path
from appliance.line.runner import Runner
from appliance.pipeline.assembly import Models, assemble, load_models, open_detector
from appliance.pipeline.find.cascade import tight_box
from appliance.pipeline.find.finder import FaceFinder
from appliance.records.frame import Box, Frame
from appliance.storage.photo_names import PHOTO
from appliance.system.service import process_uptime

SIZE = (640, 480)
YUNET_SIZE = (320, 240)
RECORDED = (150, 300)
"""Frames of the scene on which the real process is measured: seconds 5 to 10."""
NOTICE_SECONDS = 0.1
"""Seconds between samples of the real process' memory while it reports nothing."""
PEER_FRAMES = 20
"""Frames for the peer path: it costs the same for each, and is slow."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--frames", type=int, default=150, help="frames of the scene, 30 a second")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(
        "--peer", type=Path, metavar="FILE", help="YuNet's ONNX file, to measure beside our face finders"
    )
    add_config_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Exit 0; being slow is not a failure."""
    config = config_of(args)
    yunet = None if args.peer is None else open_yunet(args.peer)
    models = load_models(config)
    frames = scene_frames(max(30, args.frames))
    result = measure(config, models, frames)
    result["finders"] = measure_finders(config.faces, frames, yunet)
    result |= start_appliance(config)
    if args.json:
        print_json(result)
    else:
        _table(result)
    return 0


def scene_frames(count: int) -> list[Frame]:
    """Return the bundled scene at 640x480, four people, 30 frames per second."""
    scene = Scene(VirtualClock(), analysis_size=SIZE, loop=True)
    frames = []
    for number in range(count):
        picture = scene.read(1.0).picture.bgr()
        wide = cv2.resize(picture, (SIZE[0], round(SIZE[0] * picture.shape[0] / picture.shape[1])))
        edge = SIZE[1] - wide.shape[0]
        tall = cv2.copyMakeBorder(wide, edge // 2, edge - edge // 2, 0, 0, cv2.BORDER_REPLICATE)
        frames.append(make_frame(number, number / 30, np.asarray(tall, np.uint8), SIZE))
    return frames


def measure(config: Config, models: Models, frames: Sequence[Frame]) -> dict[str, Any]:
    """Return CPU milliseconds per frame, by stage and in total, and the ratio to the peer path."""
    people: list[int] = []
    assembly = assemble(config, models, on_decision=[lambda decision: people.append(len(decision.people))])
    runner = Runner(frames, assembly.lines, MonotonicClock(), threading.Event())
    runner.run_inline()
    stages = {
        name: 1000 * counted.cpu / counted.done
        for _, name, counted in runner.counters()
        if counted.done and counted.cpu
    }
    peer = cv2.CascadeClassifier(str(cascade_path("haarcascade_frontalface_default.xml")))
    peer_ms = _cpu_ms(lambda frame: _peer(peer, models, frame), frames[:PEER_FRAMES])
    return {
        "frames": len(frames),
        "people": int(np.median(people)),
        "size": list(SIZE),
        "detector": models.detector.name,
        "full_search_ms": round(_cpu_ms(models.detector.search, frames[:PEER_FRAMES]), 3),
        **compare(stages, peer_ms),
    }


def compare(stages_ms: dict[str, float], peer_ms: float) -> dict[str, Any]:
    """Return the cost of a frame by stage and in total, and the peer path's as a multiple of it."""
    frame_ms = sum(stages_ms.values())
    return {
        "stages_ms": {name: round(value, 3) for name, value in stages_ms.items()},
        "frame_ms": round(frame_ms, 3),
        "peer_ms": round(peer_ms, 3),
        "times_cheaper": round(peer_ms / frame_ms, 2),
    }


def measure_finders(
    faces: FaceSettings, frames: Sequence[Frame], yunet: cv2.FaceDetectorYN | None
) -> dict[str, dict[str, float]]:
    """Return CPU milliseconds of each face finder: a full search, and a frame while people are tracked."""
    haar = cv2.CascadeClassifier(str(cascade_path("haarcascade_frontalface_default.xml")))
    usual = _cpu_ms(lambda frame: haar.detectMultiScale(frame.grey, 1.3, 5), frames[:PEER_FRAMES])
    result = {"Haar 1.3/5": {"full_ms": usual}}
    if yunet is not None:
        small = [np.asarray(cv2.resize(frame.colour, YUNET_SIZE), np.uint8) for frame in frames[:60]]
        result["YuNet 320x240"] = {"full_ms": _cpu_ms(yunet.detect, small)}
    for name in ("cascade", "cnn"):
        detector = open_detector(faces.model_copy(update={"detector": name}))
        finder = FaceFinder(detector)
        few = frames[: PEER_FRAMES if detector.parts > 1 else 60]
        result[name] = {
            "full_ms": _cpu_ms(detector.search, few),
            "followed_ms": _cpu_ms(finder.process, frames),
        }
    return {name: {key: round(value, 3) for key, value in row.items()} for name, row in result.items()}


def open_yunet(path: Path) -> cv2.FaceDetectorYN:
    """Return YuNet as its users run it at 320x240. Raises ApplianceError."""
    if not path.is_file():
        raise ApplianceError(f"The peer's model {path} is missing", "Name YuNet's ONNX file")
    try:
        return cv2.FaceDetectorYN.create(str(path), "", YUNET_SIZE, 0.7, 0.3, 5000)
    except cv2.error as error:
        raise ApplianceError(f"{path} is not a YuNet model: {error.err}", "Name YuNet's ONNX file") from error


def start_appliance(config: Config) -> dict[str, Any]:
    """Run ``smart-selfie run`` on a recording of the scene in which everybody smiles and a photo is taken.

    Returns seconds from process start to ready, and the maximum resident memory in MB.
    """
    with tempfile.TemporaryDirectory() as folder:
        recording, photos = Path(folder) / "recording", Path(folder) / "photos"
        photos.mkdir()
        _record(recording)
        settings = {
            "storage.folder": photos,
            "storage.keep_free_mb": 0,
            "camera.source": "replay",
            "camera.recording": recording,
            "faces.detector": config.faces.detector,
        }
        command = [*PROGRAM, "run"]
        for key, value in settings.items():
            command += ["--set", f"{key}={value}"]
        ready, resident = _watch(command, Path(folder) / "notify")
        kept = any(PHOTO.fullmatch(file.name) for file in photos.iterdir())
    if ready is None or not resident or not kept:
        raise ApplianceError("The appliance did not take its photo", "The machine may be too busy; try again")
    return {"ready_s": ready, "memory_mb": resident}


def _watch(command: Sequence[str], address: Path) -> tuple[float | None, int]:
    """Run ``command`` as systemd would; return the seconds until ready, and the maximum memory in MB."""
    ready, resident = None, 0
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
        notices.bind(str(address))
        notices.settimeout(NOTICE_SECONDS)
        environ = os.environ | {"NOTIFY_SOCKET": str(address)}
        with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environ) as process:
            try:
                while process.poll() is None:
                    with contextlib.suppress(TimeoutError):
                        if b"READY=1" in notices.recv(4096).splitlines():
                            ready = round(process_uptime(Path(f"/proc/{process.pid}/stat")), 2)
                    resident = max(resident, _most_resident_mb(process.pid))
            finally:
                process.terminate()  # nothing, where it has ended by itself
    return ready, resident


def _record(folder: Path) -> None:
    """Record the part of the scene in which the last of four begins to smile, 30 frames per second."""
    folder.mkdir()
    scene = Scene(VirtualClock())
    for number in range(RECORDED[0], RECORDED[1]):
        cv2.imwrite(str(folder / f"{number}.jpg"), scene.picture(number / 30))


def _most_resident_mb(pid: int) -> int:
    """Return the maximum resident memory, MB; 0 if the process has ended."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    kilobytes = (int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return next(kilobytes, 0) // 1024


def _peer(cascade: cv2.CascadeClassifier, models: Models, frame: Frame) -> None:
    """Judge a frame the usual way: the whole frame through a Haar cascade at 1.3/5, one call per face."""
    squares = cascade.detectMultiScale(frame.grey, 1.3, 5)
    boxes: list[Box] = [tight_box(*map(float, square)) for square in squares]
    for box in boxes:
        models.expression.judge(frame.grey, box)


def _cpu_ms(work: Callable[[Any], Any], frames: Sequence[Any]) -> float:
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
    haar = result["finders"]["Haar 1.3/5"]["full_ms"]
    print("Face finders, ms CPU (share of a Haar 1.3/5 scan)    full search       followed")
    for name, row in result["finders"].items():
        cells = (f"{value:8.2f} ({value / haar:.2f})" for value in row.values())
        print(f"  {name:44}", *cells)
    print(f"{result['times_cheaper']:.1f} times cheaper than the peer path")
    print(f"Ready {result['ready_s']:.2f} s after start, {result['memory_mb']} MB resident at most")
