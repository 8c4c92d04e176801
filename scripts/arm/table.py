"""The table of ``scripts/bench-arm``: runs each kind of work twice under emulation and subtracts."""

import argparse
import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]

FRAMES = 30
"""Frames of a whole line that are counted: the second after the first."""
WORK = (
    ("search, near: the whole picture", "near", "", (1, 4)),
    ("search, far: one of its parts", "far", "", (1, 3)),
    ("expression, a face", "expression", "", (1, 4)),
    ("eyes, a face", "eyes", "", (1, 5)),
    ("conversion from YUV420, a frame", "conversion", "", (1, 4)),
    ("following 4 faces, a frame", "following", "4", (1, 6)),
    ("whole line, empty room, a frame", "line", "0", (FRAMES, 2 * FRAMES)),
    ("whole line, 1 person, a frame", "line", "1", (FRAMES, 2 * FRAMES)),
    ("whole line, 4 people, a frame", "line", "4", (FRAMES, 2 * FRAMES)),
    ("whole line, 8 people, a frame", "line", "8", (FRAMES, 2 * FRAMES)),
    ("peer path, 4 people, a frame", "peer", "4", (1, 3)),
    ("Haar 1.3/5, 640x480", "haar", "", (1, 3)),
)
SHORT = ("near", "far", "expression", "conversion")
LIMITS = {"near": 40.0, "far": 130.0}
"""Most million instructions on a Cortex-A53: what was aimed at, and a little more than was measured."""
LIMITED_CORE = "cortex-a53"
PEER = (
    ("YuNet in OpenCV, 320x240", "320,240", (1, 4)),
    ("YuNet in OpenCV, 640x480", "640,480", (1, 3)),
    ("YuNet in OpenCV, 1280x720", "1280,720", (1, 2)),
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
    told: dict[str, dict[str, float]] = {}
    dear = []
    try:
        for row in rows(args.short, args.peer):
            told[row[0]] = {core: counted(args.cache, core, row) for core in args.core}
            if told[row[0]].get(LIMITED_CORE, 0.0) > LIMITS.get(row[1], math.inf):
                dear.append(f"{row[0]}: more than {LIMITS[row[1]]:g} million instructions")
            if not args.json:
                print(line(row[0], told[row[0]]), flush=True)
    except RuntimeError as error:
        print(f"bench-arm: {error}", file=sys.stderr)
        return 1
    if args.json:
        print(json.dumps(told, indent=1))
    for complaint in dear:
        print(f"bench-arm: {complaint}", file=sys.stderr)
    return 1 if dear else 0


def rows(short: bool, peer: str | None) -> list[Row]:
    """What is counted: name, kind and argument for ``work.py``, and the two numbers of rounds."""
    chosen: list[Row] = [row for row in WORK if not short or row[1] in SHORT]
    if peer:
        chosen += [
            (name, "yunet", f"{size},{peer}", rounds) for name, size, rounds in PEER[: 1 if short else 3]
        ]
    return chosen


def counted(cache: Path, core: str, row: Row) -> float:
    """Million instructions of one round. Raises RuntimeError."""
    _, kind, argument, (few, many) = row
    first, second = (executed(cache, core, [str(rounds), kind, argument]) for rounds in (few, many))
    return round((second - first) / (many - few) / 1e6, 2)


def executed(cache: Path, core: str, arguments: list[str]) -> int:
    """Instructions of ``work.py`` with these arguments, from its start to its end. Raises RuntimeError."""
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
    found = re.search(r"^executed (\d+)$", done.stderr, re.MULTILINE)
    if done.returncode or not found:
        last = done.stderr.strip().splitlines()[-1:] or ["no word of it"]
        raise RuntimeError(f"{' '.join(arguments)} did not run on {core}: {last[0]}")
    return int(found[1])


def line(name: str, by_core: dict[str, float]) -> str:
    """One line of the table, million instructions."""
    return f"{name:36}" + "".join(f"{value:10.1f} M ({core})" for core, value in by_core.items())


if __name__ == "__main__":
    sys.exit(main())
