"""``smart-selfie replay``: a recording through the whole appliance, on a virtual clock."""

import argparse
import contextlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from appliance.cli.common import add_config_arguments, check_output, config_of, say
from appliance.cli.events import Events, tell_person
from appliance.cli.explain import Account, Plot, explanation
from appliance.clock import VirtualClock
from appliance.config import Config
from appliance.draw.sheet import Story
from appliance.draw.view import view
from appliance.errors import UsageError
from appliance.hw.camera import EndOfRecording
from appliance.hw.cameras.pictures import is_folder
from appliance.hw.cameras.recording import Recording
from appliance.line.runner import Runner
from appliance.pipeline.assembly import DecisionObserver, assemble, load_models
from appliance.pipeline.decide.sensitivity import level_of
from appliance.pipeline.pace import Pace
from appliance.records.decision import Decision, Photo
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
    level = level_of(config.rule.expression, config.rule.sensitivity)
    events = Events(say if args.json else tell_person)
    story = Story(level) if args.out else None
    plot = Plot(level) if args.plot else None
    storage = config.storage
    store = ReplayStore(args.out, storage.quality, storage.face_regions) if args.out else None
    listeners: list[DecisionObserver] = [plot.frame] if plot is not None else []
    account = Account(level)
    if args.explain and not args.json:
        listeners.append(account.add)
    elif args.explain:
        listeners.append(lambda decision: say(explanation(decision, level)))
    clock = VirtualClock()
    recording = Recording(
        args.source,
        clock,
        analysis_size=config.camera.analysis_size,
        frame_rate=config.camera.frame_rate,
        seconds_per_picture=_picture_seconds(args),
    )
    try:
        photographed = [plot.photo] if plot is not None else []
        with contextlib.ExitStack() as stack:
            if args.save is not None:
                clip = stack.enter_context(Clip(args.save, config.camera.frame_rate))
                listeners.append(lambda one: clip.add(view(one, config.rule), one.frame.captured_at))
            pace = Pace(*(cost / 1000 for cost in args.cost_ms))
            play(config, recording, clock, events, story, store, listeners, photographed, pace)
    finally:
        recording.close()
        if plot is not None:
            plot.save(args.plot)
        account.tell()
        events.summary()
        if story is not None:
            sheet = args.out / CONTACT_SHEET
            story.save(sheet)
            if not args.json:
                print(f"Contact sheet: {sheet}")
    return 0


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


def play(
    config: Config,
    recording: Recording,
    clock: VirtualClock,
    events: Events,
    story: Story | None,
    store: ReplayStore | None,
    on_decision: Sequence[DecisionObserver] = (),
    on_choice: Sequence[DecisionObserver] = (),
    pace: Pace | None = None,
) -> None:
    """Run every frame of ``recording`` through the stages, one after the other."""

    def on_frame(decision: Decision) -> None:
        events.frame(decision)
        if story is not None:
            story.add(decision)

    def chosen(decision: Decision) -> None:
        if store is None:
            events.photo(decision, None)

    def on_photo(photo: Photo) -> None:
        events.photo(photo.decision, str(photo.path))
        if story is not None:
            story.photo(photo.path, photo.decision)

    models = load_models(config)
    assembly = assemble(
        config,
        models,
        on_decision=[on_frame, *on_decision],
        on_choice=[chosen, *on_choice],
        store=store,
        on_photo=[on_photo],
        pace=pace,
    )
    Runner(_frames(recording), assembly.lines, clock, threading.Event()).run_inline()


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
