"""``smart-selfie demo``: the whole appliance on the bundled scene or on a webcam."""

import argparse
import logging
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from appliance.cli.common import add_override_argument, print_json
from appliance.cli.demo_scene import check_scene_can_show, play_scene
from appliance.cli.events import Events, tell_person
from appliance.clock import MonotonicClock
from appliance.config import Config, load_config, parse_override
from appliance.daemon.daemon import Daemon
from appliance.draw.sheet import Story
from appliance.errors import ApplianceError
from appliance.hw.cameras import scene
from appliance.pipeline.decide.sensitivity import level_of
from appliance.records.decision import Photo

DEMO_SHEET = "what-happened.png"

DemoSettings = Sequence[tuple[str, Any]]
"""Pairs of dotted key and value."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "--out", type=Path, default=Path("out/demo"), metavar="DIR", help="photos and picture go here"
    )
    parser.add_argument(
        "--camera",
        type=int,
        nargs="?",
        const=0,
        metavar="N",
        help="film with this computer's webcam instead (number N, the first is 0), until Ctrl-C",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per event and line")
    parser.add_argument("--web", action="store_true", help="show it in a browser, until Ctrl-C")
    add_override_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Exit 0 if photos were taken and everybody shows it on each, else 1; with a camera 0 at Ctrl-C."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    settings = settings_of(args)
    if args.web:
        from appliance.cli.demo_web import play_in_browser  # noqa: PLC0415  (an extra: not everybody has it)

        return play_in_browser(args.out, settings, filmed=is_filmed(settings))
    photos = args.out / "photos"
    _make(photos)
    config = load_config(None, [("storage.folder", str(photos)), ("storage.keep_free_mb", 0), *settings])
    show = _Show(config, args.out, filmed=is_filmed(settings), tell_program=args.json)
    return show.play()


def settings_of(args: argparse.Namespace) -> DemoSettings:
    """Return what ``--camera`` and ``--set`` ask for; ``--set`` wins. Raises UsageError."""
    camera = [] if args.camera is None else [("camera.source", "webcam"), ("camera.device", args.camera)]
    return [*camera, *map(parse_override, args.overrides)]


def is_filmed(settings: DemoSettings) -> bool:
    """Return whether a camera plays until Ctrl-C; with ``camera.source=scene`` that films the scene."""
    return any(key == "camera.source" and value != "scene" for key, value in settings)


class _Show:
    """One run of the demo: its messages and its exit status."""

    def __init__(self, config: Config, out: Path, *, filmed: bool, tell_program: bool) -> None:
        if not filmed:
            check_scene_can_show(config)
        self._config, self._out, self._filmed = config, out, filmed
        self._for_program = tell_program
        self._events = Events(print_json if tell_program else tell_person)
        self._story = Story(level_of(config.rule.expression, config.rule.sensitivity))
        self._wrong: list[str] = []
        self._ended_by: list[int] = []

    def play(self) -> int:
        """Play until the scene's end or a signal; return the exit status. Raises ApplianceError."""
        clock = MonotonicClock()
        daemon = Daemon(
            self._config,
            open_source=None if self._filmed else lambda: play_scene(self._config, clock),
            listeners=[self._events.frame, self._story.add],
            on_photo=[self._on_photo],
            clock=clock,
        )

        def end(number: int, _: object) -> None:
            self._ended_by.append(number)
            daemon.stop()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, end)
        if not self._for_program:
            print(self._announcement())
        daemon.run()
        self._events.summary(daemon.dropped())
        sheet = self._out / DEMO_SHEET
        self._story.save(sheet)
        if not self._for_program:
            photos = Path(self._config.storage.folder)
            print(f"Photos: {photos.resolve()}\nWhat happened, as a picture: {sheet.resolve()}")
        return self._status()

    def _announcement(self) -> str:
        if self._filmed:
            return "Smile at the camera. Light and button are simulated. Ctrl-C ends it."
        return f"The bundled scene plays for {scene.SECONDS:.0f} seconds. Light and button are simulated."

    def _on_photo(self, photo: Photo) -> None:
        self._events.photo(photo.decision, str(photo.path))
        self._story.photo(photo.path, photo.decision)
        if not self._filmed:
            seconds = self._events.seconds(photo.decision)
            if not scene.everybody_shows(self._config.rule.expression, seconds):
                self._wrong.append(str(photo.path))

    def _status(self) -> int:
        if self._ended_by:
            wanted = self._filmed and self._ended_by[0] == signal.SIGINT  # the way to end it
            return 0 if wanted else 128 + self._ended_by[0]
        if self._filmed:
            return 0
        if not self._events.photos:
            raise ApplianceError(
                "No photo was taken",
                f"The scene has {len(scene.ROLES)} people, who all smile twice: do the settings ask for "
                "more, or was the machine too busy?",
            )
        if self._wrong:
            raise ApplianceError(f"Somebody does not show it on {', '.join(self._wrong)}", "Report this bug")
        return 0


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ApplianceError(f"{folder} cannot be made: {error.strerror}", "Choose another --out") from error
