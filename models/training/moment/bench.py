"""The bench of the moment: real faces that switch expression one by one, through the whole appliance.

Every recording is put together in memory from photos with smile labels (genki_dev), played at 30 frames a
second on a virtual clock, and judged by what is known about it. With ``--out`` the recordings are also
written, to be looked at; they hold other people's photos and must never be committed.
"""

import argparse
import csv
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from appliance.assembly import Models, assemble, load_models
from appliance.clock import VirtualClock
from appliance.config import Config
from appliance.frames import Decision, Frame
from appliance.hw.cameras.convert import make_frame
from appliance.pipeline.line import Line
from models.training.errors import BadDataError

RATE = 30
SIZE = (640, 480)
CELL = 200
MOST = 6
CLEAR_POSE = 0.35
"""Radians of yaw and pitch up to which a face looks at the camera."""
CLEAR_SECONDS = 2.0
FADE_SECONDS = 0.2
"""How long a face takes from one expression to the other; it shows it from the middle on."""


@dataclass(frozen=True)
class Part:
    """Somebody's place in the group: the pictures, and from when to when (seconds) the smile is shown."""

    rest: np.ndarray
    smile: np.ndarray
    start: float
    end: float


@dataclass(frozen=True)
class Result:
    """What happened in one recording: times of triggers and of the photos kept, seconds."""

    triggers: list[float]
    kept: list[float]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="folder with genki_dev and clips"
    )
    parser.add_argument("--groups", type=int, default=100, help="recordings of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, metavar="DIR", help="write a few recordings here, to look at")
    parser.add_argument("--json", action="store_true")


def run(args: argparse.Namespace) -> int:
    """Print the table of figures."""
    rng = np.random.default_rng(args.seed)
    smilers, others = portraits(args.data / "genki_dev")
    config = Config()
    models = load_models(config)
    figures: dict[str, float] = {}
    figures |= stills(config, models, smilers, others, rng, args.groups)
    figures |= switching(config, models, smilers, others, rng, args.groups, args.out)
    figures |= neutral(config, models, others, rng, args.groups)
    print(json.dumps(figures) if args.json else table(figures))
    return 0


def portraits(folder: Path) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Photos of people who look at the camera, as squares: those who smile, those who do not."""
    try:
        with (folder / "labels.csv").open(newline="") as stream:
            rows = list(csv.DictReader(stream))
    except OSError as error:
        raise BadDataError(f"{folder}/labels.csv: {error.strerror}; expected file,smile,yaw,pitch") from None
    groups: dict[str, list[np.ndarray]] = {"0": [], "1": []}
    for row in rows:
        if max(abs(float(row["yaw"])), abs(float(row["pitch"]))) <= CLEAR_POSE:
            picture = cv2.imread(str(folder / row["file"]))
            groups[row["smile"]].append(cv2.resize(picture, (CELL, CELL), interpolation=cv2.INTER_AREA))
    return groups["1"], groups["0"]


def recording(
    parts: Sequence[Part], seconds: float, rng: np.random.Generator, moving: bool = True
) -> Iterator[Frame]:
    """Frames of the group: everybody on a place of a grid, swaying a little, with a camera's noise."""
    ground = np.full((SIZE[1], SIZE[0], 3), 150, np.uint8)
    phases = rng.random((len(parts), 2)) * 2 * np.pi
    for number in range(round(seconds * RATE)):
        time, picture = number / RATE, ground.copy()
        for index, part in enumerate(parts):
            sway = 3 * np.sin(2 * np.pi * 0.4 * time + phases[index]) if moving else np.zeros(2)
            x, y = 10 + (index % 3) * 208 + round(sway[0]), 30 + (index // 3) * 215 + round(sway[1])
            share = _smiling(part, time)
            face = cv2.addWeighted(part.smile, share, part.rest, 1 - share, 0)
            picture[y : y + CELL, x : x + CELL] = face
        noise = rng.integers(-3, 4, picture.shape, np.int16) if moving else 0
        bgr = np.clip(picture.astype(np.int16) + noise, 0, 255).astype(np.uint8)
        yield make_frame(number, time, bgr, SIZE)


def _smiling(part: Part, time: float) -> float:
    rise = (time - part.start) / FADE_SECONDS + 0.5
    fall = (part.end - time) / FADE_SECONDS + 0.5
    return float(np.clip(min(rise, fall), 0, 1))


def play(config: Config, models: Models, frames: Iterator[Frame]) -> Result:
    """One recording through the appliance as it is."""
    result = Result([], [])

    def on_frame(decision: Decision) -> None:
        if decision.take_photo:
            result.triggers.append(decision.frame.captured_at)

    def on_chosen(decision: Decision) -> None:
        result.kept.append(decision.frame.captured_at)

    assembly = assemble(config, models, listeners=[on_frame], on_chosen=[on_chosen])
    Line(frames, assembly.stages, VirtualClock(), threading.Event()).run_inline()
    return result


def _pick(pictures: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    return pictures[int(rng.integers(len(pictures)))]


def stills(
    config: Config, models: Models, smilers: list[np.ndarray], others: list[np.ndarray],
    rng: np.random.Generator, groups: int,
) -> dict[str, float]:  # fmt: skip
    """Groups of two to six shown for two seconds: all smile, or all but one."""
    taken = {"all": 0, "but_one": 0}
    for _ in range(groups):
        count = int(rng.integers(2, MOST + 1))
        for kind in taken:
            faces = [_pick(smilers, rng) for _ in range(count)]
            if kind == "but_one":
                faces[int(rng.integers(count))] = _pick(others, rng)
            parts = [Part(face, face, 0, 99) for face in faces]
            taken[kind] += bool(play(config, models, recording(parts, CLEAR_SECONDS, rng)).kept)
    return {
        "stills_taken_of_all_smiling": taken["all"] / groups,
        "stills_taken_of_all_but_one": taken["but_one"] / groups,
    }


def switching(
    config: Config, models: Models, smilers: list[np.ndarray], others: list[np.ndarray],
    rng: np.random.Generator, groups: int, out: Path | None,
) -> dict[str, float]:  # fmt: skip
    """Groups of one to four who begin to smile one after the other, and stop one after the other."""
    delays, inside, kept, episodes, early = [], 0, 0, 0, 0
    for number in range(groups):
        count = int(rng.integers(1, 5))
        starts, ends = 1 + 2 * rng.random(count), 4.5 + rng.random(count)
        parts = [
            Part(_pick(others, rng), _pick(smilers, rng), *times) for times in zip(starts, ends, strict=True)
        ]
        first, last = max(starts), min(ends)
        frames = list(recording(parts, 6, rng))
        if out is not None and number < 5:
            write(out / f"switching-{number}.avi", frames)
        result = play(config, models, iter(frames))
        episodes += any(first <= moment <= last for moment in result.kept)
        early += any(moment < first - FADE_SECONDS / 2 for moment in result.triggers)
        on_time = [moment for moment in result.triggers if moment >= first - FADE_SECONDS / 2]
        delays += [on_time[0] - first] if on_time and on_time[0] <= last else []
        kept += len(result.kept)
        inside += sum(first - FADE_SECONDS / 2 <= moment <= last + FADE_SECONDS / 2 for moment in result.kept)
    return {
        "switching_groups_with_a_photo": episodes / groups,
        "switching_groups_with_a_photo_too_early": early / groups,
        "delay_p50_seconds": float(np.quantile(delays, 0.5)) if delays else float("nan"),
        "delay_p95_seconds": float(np.quantile(delays, 0.95)) if delays else float("nan"),
        "kept_within_the_episode": inside / max(1, kept),
    }


def neutral(
    config: Config, models: Models, others: list[np.ndarray], rng: np.random.Generator, groups: int
) -> dict[str, float]:
    """One to three people who do not smile, ten seconds each: photos an hour."""
    photos = 0
    for _ in range(groups // 4):
        parts = [
            Part(face, face, 0, 99) for face in (_pick(others, rng) for _ in range(int(rng.integers(1, 4))))
        ]
        photos += len(play(config, models, recording(parts, 10, rng)).kept)
    hours = groups // 4 * 10 / 3600
    return {"hours_of_people_who_do_not_smile": hours, "false_photos_per_hour": photos / max(1e-9, hours)}


def write(path: Path, frames: Sequence[Frame]) -> None:
    """A recording as Motion JPEG, to look at or to replay."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), RATE, SIZE)
    for frame in frames:
        writer.write(frame.picture.bgr())
    writer.release()


def table(figures: dict[str, float]) -> str:
    """Markdown."""
    rows = "\n".join(f"| {name.replace('_', ' ')} | {value:.3f} |" for name, value in figures.items())
    return f"| figure | measured |\n|---|---|\n{rows}"
