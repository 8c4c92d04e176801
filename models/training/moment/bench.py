"""The bench of the moment: real faces that switch expression one by one, through the whole appliance.

Every recording is put together in memory from photos with smile labels (genki_dev), played at 30 frames a
second on a virtual clock, with the settings as shipped, and judged by what is known about it.

Clear cases are meant throughout: every face in a recording is certain by its label *and* by a second opinion
that has nothing to do with the appliance (``portraits.py``). ``--labels all`` takes every frontal photo at
its label's word instead.

* **photos**: real photos of groups, each for 2 s (``groups.py``); **read photos**: those of which every face
  was read.
* **stills**: two to six photos side by side for 2 s. All smile, or all but one.
* **switching**: one to four people who begin to smile one after the other and stop again. Somebody turns
  positive in the middle of a fade of 0.2 s from one photo to another with the face in the same place. The
  episode in which all smile lasts from the last such moment to the first one back; a photo from within the
  fades that bound it is within it. The delay is that of groups whose first photo is not too early.
* **neutral**: one to three people who do not smile, for 20 s each, swaying and blinking.

With ``--out`` some recordings are also written, to be looked at; they hold other people's photos and must
never be committed.
"""

import argparse
import json
import math
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from appliance.clock import VirtualClock
from appliance.config import Config, load_config
from appliance.config.load import parse_override
from appliance.errors import ApplianceError
from appliance.imaging.haar import cascade_path
from appliance.line.runner import Runner
from appliance.pipeline.assembly import Models, assemble, load_models
from appliance.pipeline.pace import Pace
from appliance.records.decision import Decision
from appliance.records.frame import Box, Frame
from models.training.errors import BadDataError
from models.training.moment.eyes import close_eyes
from models.training.moment.groups import groups as real_groups
from models.training.moment.groups import read_groups
from models.training.moment.portraits import CELL, Portrait, clear, load
from models.training.moment.recordings import FADE_SECONDS, MOST, Part, record, write
from models.training.moment.ring import Rank, Ring

STILL_SECONDS = 2.0
SWITCHING_SECONDS = 6.0
NEUTRAL_SECONDS = 20.0
BLINK_EVERY_SECONDS = 4.0
WRITTEN = 5
"""Recordings of switching groups that ``--out`` writes."""
REACH = {
    "photos_taken_of_all_smiling": "≥ .90",
    "photos_taken_of_others": "≤ .03",
    "read_photos_taken_of_all_smiling": "≥ .90",
    "read_photos_taken_of_others": "≤ .012",
    "stills_taken_of_all_smiling": "≥ .90",
    "stills_taken_of_all_but_one": "≤ .03",
    "false_photos_an_hour": "≤ 1",
    "delay_p95_seconds": "≤ 0.7",
    "kept_within_the_episode": "1",
    "kept_among_the_best_tenth": "≥ .95",
}


@dataclass(frozen=True)
class Result:
    """What happened in one recording: times of triggers and of the photos kept (seconds), and their ranks."""

    triggers: list[float] = field(default_factory=list)
    kept: list[float] = field(default_factory=list)
    ranks: list[Rank] = field(default_factory=list)


@dataclass(frozen=True)
class Bench:
    """What every recording needs: the appliance, the people, and chance."""

    config: Config
    models: Models
    smilers: list[Portrait]
    others: list[Portrait]
    rng: np.random.Generator
    costs: tuple[float, float] = (0.0, 0.0)
    """Seconds of a core for a part of a search and to judge a face."""

    def smiler(self) -> Portrait:
        """Somebody who smiles."""
        return self.smilers[int(self.rng.integers(len(self.smilers)))]

    def other(self) -> Portrait:
        """Somebody who does not."""
        return self.others[int(self.rng.integers(len(self.others)))]

    def record(self, parts: list[Part], seconds: float) -> Iterable[Frame]:
        """The group, for so long."""
        return record(parts, seconds, self.rng)

    def play(self, frames: Iterable[Frame]) -> Result:
        """One recording through the appliance as it is."""
        result, ring = Result(), Ring(self.config.moment)

        def on_frame(decision: Decision) -> None:
            ring.frame(decision)
            if decision.take_photo:
                result.triggers.append(decision.frame.captured_at)

        def on_choice(decision: Decision) -> None:
            result.kept.append(decision.frame.captured_at)
            result.ranks.append(ring.rank(decision))

        assembly = assemble(
            self.config, self.models, on_decision=[on_frame], on_choice=[on_choice], pace=Pace(*self.costs)
        )
        Runner(frames, assembly.lines, VirtualClock(), threading.Event()).run_inline()
        return result


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="folder with genki_dev and faces"
    )
    parser.add_argument("--groups", type=int, default=100, help="recordings of each kind")
    parser.add_argument("--minutes", type=float, default=10, help="of people who do not smile")
    parser.add_argument("--labels", choices=["clear", "all"], default="clear", help="which photos to believe")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a setting, as of smart-selfie"
    )
    parser.add_argument(
        "--cost-ms", type=float, nargs=2, default=(0.0, 0.0), metavar=("SEARCH", "FACE"), help="as of replay"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, metavar="DIR", help="write a few recordings here, to look at")
    parser.add_argument("--json", action="store_true")


def run(args: argparse.Namespace) -> int:
    """Print the table of figures."""
    portraits = load(args.data / "genki_dev")
    chosen = clear(portraits) if args.labels == "clear" else [one for one in portraits if one.frontal]
    config = configured(args.set)
    smilers, others = [one for one in chosen if one.smiles], [one for one in chosen if not one.smiles]
    costs = args.cost_ms[0] / 1000, args.cost_ms[1] / 1000
    bench = Bench(config, load_models(config), smilers, others, np.random.default_rng(args.seed), costs)
    figures: dict[str, float] = {"smilers": len(smilers), "others": len(others), "groups": args.groups}
    figures |= photos(bench, "photos", real_groups(args.data / "faces", STILL_SECONDS))
    figures |= photos(bench, "read_photos", read_groups(args.data / "faces", STILL_SECONDS))
    figures |= stills(bench, args.groups)
    figures |= switching(bench, args.groups, args.out)
    figures |= neutral(bench, args.minutes)
    print(json.dumps(figures) if args.json else table(figures))
    return 0


def configured(settings: list[str]) -> Config:
    """The defaults, with ``settings`` such as ``rule.hold_seconds=0.5`` over them. Raises BadDataError."""
    try:
        return load_config(None, [parse_override(text) for text in settings])
    except ApplianceError as error:
        raise BadDataError(str(error)) from None


def photos(bench: Bench, name: str, groups: Iterable[tuple[bool, Iterable[Frame]]]) -> dict[str, float]:
    """The share of real photos of groups of either kind that is taken."""
    taken: dict[bool, list[bool]] = {True: [], False: []}
    for all_smile, frames in groups:
        taken[all_smile].append(bool(bench.play(frames).kept))
    return {
        f"{name}_of_all_smiling": len(taken[True]),
        f"{name}_taken_of_all_smiling": _share(taken[True]),
        f"{name}_of_others": len(taken[False]),
        f"{name}_taken_of_others": _share(taken[False]),
    }


def stills(bench: Bench, groups: int) -> dict[str, float]:
    """The share of groups of either kind that is taken."""
    taken = {"all": 0, "but_one": 0}
    for _ in range(groups):
        count = int(bench.rng.integers(2, MOST + 1))
        for kind in taken:
            people = [bench.smiler() for _ in range(count)]
            if kind == "but_one":
                people[int(bench.rng.integers(count))] = bench.other()
            parts = [Part(one.picture, one.picture) for one in people]
            taken[kind] += bool(bench.play(bench.record(parts, STILL_SECONDS)).kept)
    return {
        "stills_taken_of_all_smiling": taken["all"] / max(1, groups),
        "stills_taken_of_all_but_one": taken["but_one"] / max(1, groups),
    }


def switching(bench: Bench, groups: int, out: Path | None) -> dict[str, float]:
    """Whether the photo is of the episode, how soon it is decided, and whether it is one of the best."""
    results: list[tuple[Result, float, float]] = []
    for number in range(groups):
        count = int(bench.rng.integers(1, 5))
        starts, ends = 1 + 2 * bench.rng.random(count), 4.5 + bench.rng.random(count)
        parts = [
            Part(bench.other().centred(), bench.smiler().centred(), *times)
            for times in zip(starts, ends, strict=True)
        ]
        frames = bench.record(parts, SWITCHING_SECONDS)
        if out is not None and number < WRITTEN:
            frames = list(frames)
            write(out / f"switching-{number}.avi", frames)
        begins, over = max(starts) - FADE_SECONDS / 2, min(ends) + FADE_SECONDS / 2
        results.append((bench.play(frames), begins, over))
    within = [[begins <= time <= over for time in result.kept] for result, begins, over in results]
    early = [bool(result.triggers) and result.triggers[0] < begins for result, begins, _ in results]
    delays = [
        result.triggers[0] - begins - FADE_SECONDS / 2
        for result, begins, over in results
        if result.triggers and begins <= result.triggers[0] <= over
    ]
    kept = [one for photos in within for one in photos]
    best = [rank.among_the_best for result, _, _ in results for rank in result.ranks]
    return {
        "switching_groups_with_a_photo": float(np.mean([any(photos) for photos in within])),
        "switching_groups_with_a_photo_too_early": float(np.mean(early)),
        "delay_p50_seconds": _quantile(delays, 0.5),
        "delay_p95_seconds": _quantile(delays, 0.95),
        "kept_photos": len(kept),
        "kept_within_the_episode": _share(kept),
        "kept_among_the_best_tenth": _share(best),
    }


def neutral(bench: Bench, minutes: float) -> dict[str, float]:
    """Photos an hour of people who do not smile."""
    finder = cv2.CascadeClassifier(str(cascade_path("haarcascade_eye.xml")))
    photos, recordings = 0, math.ceil(60 * minutes / NEUTRAL_SECONDS)
    for _ in range(recordings):
        people = [bench.other() for _ in range(int(bench.rng.integers(1, 4)))]
        parts = [_blinking(one, bench.rng, lambda one: _closed(one, finder)) for one in people]
        photos += len(bench.play(bench.record(parts, NEUTRAL_SECONDS)).kept)
    hours = recordings * NEUTRAL_SECONDS / 3600
    return {"hours_of_people_who_do_not_smile": hours, "false_photos_an_hour": photos / max(1e-9, hours)}


def _blinking(
    one: Portrait, rng: np.random.Generator, closed: Callable[[Portrait], np.ndarray | None]
) -> Part:
    blinks = np.cumsum(rng.exponential(BLINK_EVERY_SECONDS, round(2 * NEUTRAL_SECONDS / BLINK_EVERY_SECONDS)))
    return Part(one.picture, one.picture, math.inf, math.inf, closed(one), tuple(blinks.tolist()))


def _closed(one: Portrait, finder: cv2.CascadeClassifier) -> np.ndarray | None:
    left, top, side = one.face or (0, 0, CELL)
    return close_eyes(one.picture, Box(left, top, side, side), finder)


def _quantile(values: list[float], share: float) -> float:
    return float(np.quantile(values, share)) if values else math.nan


def _share(values: list[bool]) -> float:
    return float(np.mean(values)) if values else math.nan


def table(figures: dict[str, float]) -> str:
    """Markdown."""
    rows = "\n".join(
        f"| {name.replace('_', ' ')} | {round(value, 3):g} | {REACH.get(name, '')} |"
        for name, value in figures.items()
    )
    return f"| figure | measured | reach |\n|---|---|---|\n{rows}"
