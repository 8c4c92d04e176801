"""``smart-selfie demo``: the whole appliance, threads, light, card and all, on the bundled scene."""

import argparse
import logging
import signal
from pathlib import Path

from appliance.cli.common import say
from appliance.cli.events import Events, tell_person
from appliance.clock import MonotonicClock
from appliance.config import load_config, parse_override
from appliance.daemon.daemon import Daemon
from appliance.draw.sheet import Story
from appliance.errors import ApplianceError
from appliance.hw.cameras import scene
from appliance.pipeline.decide.sensitivity import level_of
from appliance.records.decision import Photo

DEMO_SHEET = "what-happened.png"
SMILING = 0.5
"""How far along its smile a face of the scene must be for a viewer to call it one."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "--out", type=Path, default=Path("out/demo"), metavar="DIR", help="photos and picture go here"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object an event, one a line")
    parser.add_argument("--web", action="store_true", help="play on and show it in a browser, until Ctrl-C")
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE")


def run(args: argparse.Namespace) -> int:
    """Exit 0 if a photo was taken and none of them shows somebody who does not smile, else 1."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    if args.web:
        from appliance.cli.demo_web import play_in_browser  # noqa: PLC0415  (an extra: not everybody has it)

        return play_in_browser(args.out, [parse_override(text) for text in args.overrides])
    photos = args.out / "photos"
    _make(photos)
    overrides = [("storage.folder", str(photos)), *map(parse_override, args.overrides)]
    config = load_config(None, [("storage.keep_free_mb", 0), *overrides])
    events = Events(say if args.json else tell_person)
    story = Story(level_of(config.rule.expression, config.rule.sensitivity))
    wrong: list[str] = []

    def on_photo(photo: Photo) -> None:
        events.photo(photo.decision, str(photo.path))
        story.photo(photo.path, photo.decision)
        seconds = events.seconds(photo.decision)
        if min(scene.smiles(seconds).values(), default=0.0) < SMILING:
            wrong.append(str(photo.path))

    if not args.json:
        print(f"The bundled scene plays for {scene.SECONDS:.0f} seconds. Light and button are simulated.")
    clock = MonotonicClock()
    daemon = Daemon(
        config,
        open_source=lambda: scene.open_scene(clock, analysis_size=config.camera.analysis_size),
        listeners=[events.frame, story.add],
        on_photo=[on_photo],
        clock=clock,
    )
    ended: list[int] = []

    def end(number: int, _: object) -> None:
        ended.append(number)
        daemon.stop()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    daemon.run()
    events.summary(daemon.dropped())
    sheet = args.out / DEMO_SHEET
    story.save(sheet)
    if not args.json:
        print(f"Photos: {photos.resolve()}\nWhat happened, as a picture: {sheet.resolve()}")
    if ended:
        return 128 + ended[0]
    if not events.photos:
        raise ApplianceError("No photo was taken", "Was the machine too busy? Try again")
    if wrong:
        raise ApplianceError(f"Somebody does not smile on {', '.join(wrong)}", "This is a bug: report it")
    return 0


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ApplianceError(f"{folder} cannot be made: {error.strerror}", "Choose another --out") from error
