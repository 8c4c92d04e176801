"""The table of ``scripts/bench-arm``: runs each kind of work under emulation."""

import argparse
import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from itertools import starmap
from pathlib import Path

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]

FRAMES = 30
"""Frames of a whole line that are counted: the second after the first."""
WORK = (
    ("search, near: the whole picture", "near", "", (1, 3)),
    ("search, far: one of its parts", "far", "", (1, 2)),
    ("expression, a face", "expression", "", (1, 3)),
    ("copy of the grey image, a frame", "grey", "", (1, 3)),
    ("its conversion to colour, a search", "colour", "", (1, 3)),
    ("following 4 faces, a frame", "following", "4", (1, 5)),
    ("whole line, empty room, a frame", "line", "0", (FRAMES, FRAMES)),
    ("whole line, 1 person, a frame", "line", "1", (FRAMES, FRAMES)),
    ("whole line, 4 people, a frame", "line", "4", (FRAMES, FRAMES)),
    ("whole line, 8 people, a frame", "line", "8", (FRAMES, FRAMES)),
    ("peer path, 4 people, a frame", "peer", "4", (1, 2)),
    ("Haar 1.3/5, 640x480", "haar", "", (1, 2)),
)
SHORT = ("near", "far", "expression", "grey", "colour")
LIMITS = {"near": 40.0, "far": 130.0}
"""Most million instructions on a Cortex-A53: what was aimed at, and a little more than was measured."""
LIMITED_CORE = "cortex-a53"
PEER = (
    ("YuNet in OpenCV, 320x240", "320,240", (1, 3)),
    ("YuNet in OpenCV, 640x480", "640,480", (1, 2)),
    ("YuNet in OpenCV, 1280x720", "1280,720", (1, 1)),
)

Row = tuple[str, str, str, tuple[int, int]]


def main() -> int:
    """Exit 0; 1 where some work does not run, or costs more than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="where bench-arm keeps the emulated root")
    parser.add_argument("--core", action="append", required=True)
    parser.add_argument("--peer", help="YuNet's ONNX file")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    chosen = rows(args.short, args.peer)
    try:
        by_core = {core: counted(args.cache, core, chosen) for core in args.core}
    except RuntimeError as error:
        print(f"bench-arm: {error}", file=sys.stderr)
        return 1
    told = {row[0]: {core: by_core[core][place] for core in args.core} for place, row in enumerate(chosen)}
    print(json.dumps(told, indent=1) if args.json else "\n".join(starmap(line, told.items())))
    dear = [
        f"{row[0]}: more than {LIMITS[row[1]]:g} million instructions"
        for row in chosen
        if told[row[0]].get(LIMITED_CORE, 0.0) > LIMITS.get(row[1], math.inf)
    ]
    for complaint in dear:
        print(f"bench-arm: {complaint}", file=sys.stderr)
    return 1 if dear else 0


def rows(short: bool, peer: str | None) -> list[Row]:
    """What is counted: name, kind and argument for ``work.py``, and rounds before and counted."""
    chosen: list[Row] = [row for row in WORK if not short or row[1] in SHORT]
    if peer:
        chosen += [
            (name, "yunet", f"{size},{peer}", rounds) for name, size, rounds in PEER[: 1 if short else 3]
        ]
    return chosen


def counted(cache: Path, core: str, chosen: Sequence[Row]) -> list[float]:
    """Million instructions of one round of each kind of work. Raises RuntimeError."""
    asked = [f"{kind}:{before}:{rounds}:{argument}" for _, kind, argument, (before, rounds) in chosen]
    counts = executed(cache, core, asked)
    return [
        round((end - start) / rounds / 1e6, 2)
        for (*_, (_, rounds)), start, end in zip(chosen, counts[::2], counts[1::2], strict=True)
    ]


def executed(cache: Path, core: str, arguments: list[str]) -> list[int]:
    """Instructions of ``work.py`` before and after each of the works it does. Raises RuntimeError."""
    python = cache / "root/usr/bin/python3.11"
    command = ["qemu-aarch64", "-cpu", core, "-L", str(cache / "root"), "-plugin", str(cache / "count.so")]
    environ = os.environ | {
        "PYTHONHOME": str(cache / "root/usr"),
        "PYTHONPATH": f"{cache / 'site'}:{REPOSITORY}",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [*command, str(python), "-S", str(HERE / "work.py"), *arguments],
        capture_output=True,
        text=True,
        env=environ,
        check=False,
    )
    counts = [int(count) for count in re.findall(r"^executed (\d+)$", done.stderr, re.MULTILINE)]
    if done.returncode or len(counts) != 2 * len(arguments):
        last = done.stderr.strip().splitlines()[-1:] or ["no word of it"]
        which = arguments[min(len(counts) // 2, len(arguments) - 1)]
        raise RuntimeError(f"{which} did not run on {core}: {last[0]}")
    return counts


def line(name: str, by_core: dict[str, float]) -> str:
    """One line of the table, million instructions."""
    return f"{name:36}" + "".join(f"{value:10.1f} M ({core})" for core, value in by_core.items())


if __name__ == "__main__":
    sys.exit(main())
