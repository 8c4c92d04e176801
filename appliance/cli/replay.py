"""``smart-selfie replay``: a recording through the whole appliance, on a virtual clock."""

import argparse
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tqdm import tqdm

from appliance.assembly import assemble, load_models
from appliance.cli.common import add_config_arguments, config_of, faces_of, say
from appliance.clock import VirtualClock
from appliance.config import Config
from appliance.draw.sheet import Story
from appliance.frames import Decision, Frame
from appliance.hw.camera import EndOfRecording
from appliance.hw.cameras.recording import Recording
from appliance.pipeline.keep import ReplayStore
from appliance.pipeline.line import Line

SHEET = "contact-sheet.png"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "source", type=Path, metavar="SOURCE", help="a video, an animated GIF or a folder of pictures"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="keep the photos and a contact sheet here")
    parser.add_argument("--json", action="store_true", help="one JSON object an event, one a line")
    parser.add_argument(
        "--seconds-per-picture",
        type=float,
        metavar="S",
        help="for a folder: show each picture this long instead of one frame each",
    )
    add_config_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Exit 0 when the recording was played to its end."""
    config = config_of(args)
    events = Events(say if args.json else _tell)
    story = Story(config.rule.shows_above) if args.out else None
    store = ReplayStore(args.out, config.storage.quality) if args.out else None
    clock = VirtualClock()
    recording = Recording(
        args.source,
        clock,
        analysis_size=config.camera.analysis_size,
        frame_rate=config.camera.frame_rate,
        seconds_per_picture=args.seconds_per_picture,
    )
    try:
        play(config, recording, clock, events, story, store)
    finally:
        recording.close()
        events.summary()
        if story is not None:
            sheet = args.out / SHEET
            story.save(sheet)
            if not args.json:
                print(f"Contact sheet: {sheet}")
    return 0


def play(
    config: Config,
    recording: Recording,
    clock: VirtualClock,
    events: "Events",
    story: Story | None,
    store: ReplayStore | None,
) -> None:
    """Every frame of ``recording`` through the stages, one after the other."""
    photos: dict[int, Path] = {}

    def listen(decision: Decision) -> None:
        if decision.take_photo and store is not None:
            photos[decision.frame.sequence] = store.keep(decision)
        path = photos.get(decision.frame.sequence)
        events.add(decision, path)
        if story is not None:
            story.add(decision)
            if path is not None:
                story.photo(str(path), decision)

    assembly = assemble(config, load_models(config), listeners=[listen])
    Line(_frames(recording), assembly.stages, clock, threading.Event()).run_inline()


def _frames(recording: Recording) -> Iterator[Frame]:
    """The recording's frames, with a bar on a terminal."""
    with tqdm(total=recording.frame_count, unit="frame", disable=None, leave=False) as bar:
        while True:
            try:
                frame = recording.read(timeout=1.0)
            except EndOfRecording:
                return
            yield frame
            bar.update()


class Events:
    """What happened, told as it happens: each change, each photo, and a summary at the end."""

    def __init__(self, tell: Any) -> None:
        self._tell = tell
        self._frames = self._photos = 0
        self._time = 0.0
        self._said: dict[str, Any] = {"people": 0, "all_show": False}

    def add(self, decision: Decision, photo: Path | None) -> None:
        """Tell what is new in this frame."""
        self._frames += 1
        self._time = decision.frame.captured_at
        self._change(decision, "people", len(decision.people))
        self._change(decision, "all_show", decision.all_show)
        if decision.take_photo:
            self._photos += 1
            file = None if photo is None else str(photo)
            self._say("photo", decision, file=file, faces=faces_of(decision))

    def summary(self) -> None:
        """The last line."""
        self._tell(
            {
                "event": "summary",
                "frames": self._frames,
                "photos": self._photos,
                "dropped": 0,  # one stage after the other: nothing can be
                "seconds": round(self._time, 3),
            }
        )

    def _change(self, decision: Decision, event: str, value: Any) -> None:
        if self._said[event] != value:
            self._said[event] = value
            key = "count" if event == "people" else "value"
            self._say(event, decision, **{key: value}, reason=decision.reason)

    def _say(self, event: str, decision: Decision, **facts: Any) -> None:
        frame = decision.frame
        self._tell({"event": event, "time": round(frame.captured_at, 3), "frame": frame.sequence, **facts})


def _tell(event: dict[str, Any]) -> None:
    kind, clock = event["event"], f"{event.get('time', 0):7.2f} s  "
    if kind == "photo":
        text = f"{clock}photo {event['file'] or '(not kept: no --out)'}, {len(event['faces'])} people"
    elif kind == "people":
        text = f"{clock}{event['count']} people"
    elif kind == "all_show":
        text = clock + ("everybody shows it" if event["value"] else f"no longer: {event['reason']}")
    else:
        text = f"{event['photos']} photos in {event['seconds']:.1f} s ({event['frames']} frames)"
    tqdm.write(text, file=sys.stdout)
