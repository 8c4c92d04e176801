"""Files that nobody meant well: pictures, videos, settings and networks, each changed in a few places.

Run on its own, it tries ``COUNT`` of them on the product and tells what was no clear answer:
``python -m tests.support.hostile_files SEED COUNT FOLDER [NUMBER]``; with NUMBER that one alone.
"""

import contextlib
import dataclasses
import faulthandler
import hashlib
import io
import json
import os
import random
import re
import resource
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from appliance.cli import main
from appliance.config.template import render
from appliance.errors import ApplianceError
from appliance.inference.folder import models_folder
from appliance.pipeline.judge import ExpressionModel
from appliance.records.frame import Box

os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # before the first video is written
os.environ.setdefault("OPENCV_LOG_LEVEL", "OFF")

MOST_SECONDS = 60.0
"""Of processor time for one file; a tenth of a second is usual."""
MOST_MB = 400
"""Resident, of all files one after the other in one process."""

Files = dict[str, bytes]


def portrait(size: tuple[int, int] = (160, 120), shade: int = 0) -> Image.Image:
    """A picture with something in it."""
    dice = np.random.default_rng(shade)
    small = dice.integers(0, 255, (6, 8, 3), np.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)


def saved(kind: str, mode: str = "RGB", count: int = 1, **how: object) -> bytes:
    """A file of ``count`` pictures."""
    buffer = io.BytesIO()
    pages = [portrait(shade=shade).convert(mode) for shade in range(count)]
    more = {"save_all": True, "append_images": pages[1:], "duration": 40} if count > 1 else {}
    pages[0].save(buffer, kind, **{**more, **how})
    return buffer.getvalue()


def film(folder: Path, suffix: str, codec: str) -> bytes:
    """A video of ten frames."""
    path = folder / f"film.{suffix}"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), 10, (160, 120))
    for shade in range(10):
        writer.write(np.ascontiguousarray(np.asarray(portrait(shade=shade))[:, :, ::-1]))
    writer.release()
    return path.read_bytes()


def originals(folder: Path) -> tuple[Files, Files]:
    """Whole pictures, and whole recordings, by name."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "somebody"
    pictures = {
        "a.jpg": saved("JPEG", exif=exif.tobytes()),
        "progressive.jpg": saved("JPEG", progressive=True),
        "cmyk.jpg": saved("JPEG", "CMYK"),
        "a.png": saved("PNG", "RGBA"),
        "palette.png": saved("PNG", "P"),
        "two.png": saved("PNG", "1"),
        "a.webp": saved("WEBP"),
        "a.gif": saved("GIF"),
        "a.bmp": saved("BMP"),
        "lzw.tif": saved("TIFF", compression="tiff_lzw"),
        "float.tif": saved("TIFF", "F"),
    }
    recordings = {
        "many.gif": saved("GIF", count=5),
        "many.webp": saved("WEBP", count=5),
        "many.png": saved("PNG", count=5),
        "many.tif": saved("TIFF", count=5),
        "many.mjpeg": saved("JPEG") * 5,
        "a.mp4": film(folder, "mp4", "mp4v"),
        "a.avi": film(folder, "avi", "MJPG"),
        "a.mkv": film(folder, "mkv", "mp4v"),
    }
    return pictures, recordings


def mutated(data: bytes, dice: random.Random) -> bytes:
    """``data`` with some bytes changed, cut, doubled or inserted; more often near the beginning."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4, 16))):
        reach = len(changed) if dice.random() < 0.5 else min(len(changed), 300)
        at = dice.randrange(max(1, reach))
        match dice.randrange(6):
            case 0 | 1:
                changed[at : at + 1] = bytes([dice.choice((0, 1, 127, 128, 255, dice.randrange(256)))])
            case 2:
                changed[at : at + 4] = dice.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"))
            case 3:
                del changed[at : at + dice.randrange(1, 64)]
            case 4:
                changed[at:at] = changed[at : at + dice.randrange(1, 256)]
            case _:
                del changed[dice.randrange(len(changed) // 2, len(changed) + 1) :]
        changed = changed or bytearray(b"\0")
    return bytes(changed)


WORDS = (
    "~",
    "[::1]:80",
    "null",
    "-1",
    "1e999",
    "99999999999999999999",
    "{}",
    "[]",
    "!!binary x",
    "'\\0'",
    "é",
    "*x",
)


def mutated_settings(dice: random.Random) -> bytes:
    """The default settings, some values replaced, some bytes changed."""
    lines = [line for line in render().splitlines() if not line.lstrip().startswith("#")]
    for _ in range(dice.randrange(1, 4)):
        at = dice.randrange(len(lines))
        lines[at] = re.sub(r":.*", lambda _found: f": {dice.choice(WORDS)}", lines[at])
    text = "\n".join(lines).encode()
    return mutated(text, dice) if dice.random() < 0.5 else text


def judge_with_network(folder: Path, dice: random.Random) -> None:
    """Change the network or its description, and judge a face. Raises ModelError.

    A changed network is said to be the right one, as if somebody had made it.
    """
    source = models_folder()
    network = (source / "expression_int8.tflite").read_bytes()
    facts = json.loads((source / "expression.json").read_text("utf-8"))
    whole = dice.random() < 0.7
    if not whole:
        network = mutated(network, dice)
    facts |= {"file": "x.tflite", "sha256": hashlib.sha256(network).hexdigest()}
    text = json.dumps(facts).encode()
    (folder / "x.tflite").write_bytes(network)
    (folder / "expression.json").write_bytes(mutated(text, dice) if whole else text)
    grey = np.asarray(portrait().convert("L"))
    ExpressionModel(folder).judge(grey, Box(20.0, 20.0, 40.0, 50.0))


@dataclasses.dataclass
class Trial:
    """Tries one file after the other; ``report`` says what was no clear answer."""

    folder: Path
    seed: int

    def __post_init__(self) -> None:
        self._pictures, self._recordings = originals(self.folder)

    def run(self, number: int) -> str:
        """Try file ``number``; returns what it was. Raises whatever the product should not."""
        dice = random.Random(f"{self.seed}/{number}")
        kind = ("picture", "recording", "settings", "settings", "network")[number % 5]
        if kind == "network":
            with contextlib.suppress(ApplianceError):
                judge_with_network(self.folder, dice)
            return kind
        if kind == "settings":
            path, data, command = self.folder / "config.yaml", mutated_settings(dice), "check"
        else:
            files = self._pictures if kind == "picture" else self._recordings
            name = dice.choice(sorted(files))
            path, data = self.folder / name, mutated(files[name], dice)
            command = "judge" if kind == "picture" else "replay"
        path.write_bytes(data)
        said = io.StringIO()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
            status = main([command, str(path)])
        if status not in (0, 1, 2) or (status and str(path) not in said.getvalue()):
            raise AssertionError(f"{command} {path}: {status}: {said.getvalue()}")
        return f"{command} {path.name}"

    def report(self, numbers: range) -> Iterator[str]:
        """Try them all; what went wrong, and how to have it again."""
        for number in numbers:
            (self.folder / "now").write_text(str(number))  # for whoever finds the process gone
            before, what = time.process_time(), "?"
            try:
                what = self.run(number)
            except BaseException:
                yield f"{self.seed} {number}: {traceback.format_exc()}"
            if time.process_time() - before > MOST_SECONDS:
                yield f"{self.seed} {number}: {what} takes {time.process_time() - before:.0f} s"


def peak_mb() -> int:
    """The most memory that was resident in this process."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("ascii"))
    assert found
    return int(found[1]) // 1000


def tell(write: Callable[[str], object] = print) -> int:
    """The command. Exit 1 if anything was found."""
    faulthandler.enable()
    seed, count, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    numbers = range(int(sys.argv[4]), int(sys.argv[4]) + 1) if len(sys.argv) > 4 else range(count)
    resource.setrlimit(resource.RLIMIT_CPU, (600 + 2 * count, 600 + 2 * count))
    found = list(Trial(folder, seed).report(numbers))
    if peak_mb() > MOST_MB:
        found.append(f"{peak_mb()} MB were resident")
    write(
        "\n".join([*found, f"seed {seed}: {len(numbers)} files, {len(found)} faults, {peak_mb()} MB at most"])
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(tell())
