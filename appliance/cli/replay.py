"""``smart-selfie replay``: a recording through the whole appliance, on a virtual clock."""

import argparse
import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from appliance.cli.common import add_config_arguments, check_output, config_of, print_json
from appliance.cli.events import Events, tell_person
from appliance.cli.explain import Account, Plot, explanation
from appliance.clock import VirtualClock
from appliance.config.schema import RuleSettings
from appliance.draw.sheet import Story
from appliance.draw.view import view
from appliance.errors import UsageError
from appliance.hw.camera import EndOfRecording
from appliance.hw.cameras.pictures import is_folder
from appliance.hw.cameras.recording import Recording
from appliance.line.runner import Runner
from appliance.pipeline.assembly import DecisionObserver, PhotoObserver, assemble, load_models
from appliance.pipeline.decide.sensitivity import level_of
from appliance.pipeline.pace import Pace
from appliance.records.decision import Photo
from appliance.records.frame import Frame
from appliance.storage.clip import Clip
from appliance.storage.replay_store import ReplayStore

CONTACT_SHEET = "contact-sheet.png"
SAVED_AS = (".webm", ".mp4")
DEFAULT_PICTURE_SECONDS = 1.5
"""A picture of a folder is shown this long: long enough to be taken."""
LONGEST_PICTURE_SECONDS = 3600.0
LONGEST_COST_MS = 60_000.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "source", type=Path, metavar="SOURCE", help="a video, an animated GIF or a folder of pictures"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="save the photos and a contact sheet here")
    parser.add_argument(
        "--save",
        type=Path,
        metavar="WEBM",
        help="save the recording with the results drawn on it; .webm plays in browsers, .mp4 in players",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per event and line")
    parser.add_argument(
        "--seconds-per-picture",
        type=float,
        metavar="S",
        help=f"for a folder: show each picture this long; else {DEFAULT_PICTURE_SECONDS:g}",
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="explain every frame's decision, with what each person lacks",
    )
    parser.add_argument(
        "--plot",
        type=Path,
        metavar="PNG",
        help="draw everybody's score, the thresholds and the photos over time",
    )
    parser.add_argument(
        "--cost-ms",
        type=float,
        nargs=2,
        default=(0.0, 0.0),
        metavar=("SEARCH", "FACE"),
        help="milliseconds that a board's core takes for a part of a search and to judge a face: leave out"
        " the work that such a board leaves out; default: 0 0, nothing",
    )
    add_config_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Exit 0 when the recording has been played to its end."""
    config = config_of(args)
    _check(args)
    reports = _Reports(args, config.rule)
    storage = config.storage
    store = ReplayStore(args.out, storage.quality, storage.face_regions) if args.out else None
    clock = VirtualClock()
    recording = Recording(
        args.source,
        clock,
        analysis_size=config.camera.analysis_size,
        frame_rate=config.camera.frame_rate,
        seconds_per_picture=_picture_seconds(args),
    )
    with contextlib.ExitStack() as stack:
        stack.callback(reports.finish)
        stack.callback(recording.close)
        if args.save is not None:
            clip = stack.enter_context(Clip(args.save, config.camera.frame_rate))
            reports.on_decision.append(
                lambda decision: clip.add(view(decision, config.rule), decision.frame.captured_at)
            )
        assembly = assemble(
            config,
            load_models(config),
            store=store,
            on_decision=reports.on_decision,
            on_choice=reports.on_choice,
            on_photo=reports.on_photo,
            pace=Pace(*(cost / 1000 for cost in args.cost_ms)),
        )
        Runner(_frames(recording), assembly.lines, clock, threading.Event()).run_inline()
    return 0


class _Reports:
    """What is printed and written besides the photos, as the arguments ask for it."""

    def __init__(self, args: argparse.Namespace, rule: RuleSettings) -> None:
        level = level_of(rule.expression, rule.sensitivity)
        self._args = args
        self._events = Events(print_json if args.json else tell_person)
        self._story = Story(level) if args.out else None
        self._plot = Plot(level) if args.plot else None
        self._account = Account(level)
        self.on_decision: list[DecisionObserver] = [self._events.frame]
        self.on_choice: list[DecisionObserver] = []
        self.on_photo: list[PhotoObserver] = [self._photo]
        if not args.out:
            self.on_choice.append(lambda decision: self._events.photo(decision, None))
        if self._story is not None:
            self.on_decision.append(self._story.add)
        if self._plot is not None:
            self.on_decision.append(self._plot.frame)
            self.on_choice.append(self._plot.photo)
        if args.explain and args.json:
            self.on_decision.append(lambda decision: print_json(explanation(decision, level)))
        elif args.explain:
            self.on_decision.append(self._account.add)

    def _photo(self, photo: Photo) -> None:
        self._events.photo(photo.decision, str(photo.path))
        if self._story is not None:
            self._story.photo(photo.path, photo.decision)

    def finish(self) -> None:
        """Write and print the results, also of a recording that broke off. Raises StorageError."""
        if self._plot is not None:
            self._plot.save(self._args.plot)
        self._account.print()
        self._events.summary()
        if self._story is not None:
            sheet = self._args.out / CONTACT_SHEET
            self._story.save(sheet)
            if not self._args.json:
                print(f"Contact sheet: {sheet}")


def _check(args: argparse.Namespace) -> None:
    """Check the arguments before the work begins. Raises UsageError, StorageError."""
    if args.save is not None:
        check_output(args.save, SAVED_AS, args.source)
    if args.plot is not None:
        check_output(args.plot, ".png", args.source)
    if not all(0 <= cost <= LONGEST_COST_MS for cost in args.cost_ms):
        raise UsageError(f"--cost-ms takes two numbers from 0 to {LONGEST_COST_MS:g}")
    seconds = args.seconds_per_picture
    if seconds is not None and not 0 < seconds <= LONGEST_PICTURE_SECONDS:
        limit = f"above 0 and at most {LONGEST_PICTURE_SECONDS:g}"
        raise UsageError(f"--seconds-per-picture {seconds:g} must be {limit}")


def _picture_seconds(args: argparse.Namespace) -> float | None:
    if args.seconds_per_picture is None and is_folder(args.source):
        return DEFAULT_PICTURE_SECONDS
    seconds: float | None = args.seconds_per_picture
    return seconds


def _frames(recording: Recording) -> Iterator[Frame]:
    """Yield the recording's frames, with a progress bar on a terminal."""
    with tqdm(total=recording.frame_count, unit="frame", disable=None, leave=False) as bar:
        while True:
            try:
                frame = recording.read(timeout=1.0)
            except EndOfRecording:
                return
            yield frame
            bar.update()
