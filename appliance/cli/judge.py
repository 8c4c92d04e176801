"""``smart-selfie judge``: who shows the expression in a still picture, by the same stages as live."""

import argparse
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2

from appliance.cli.common import add_config_arguments, check_output, config_of, faces_of, print_json
from appliance.clock import VirtualClock
from appliance.config import Config
from appliance.draw.stills import StillsSheet
from appliance.draw.view import view
from appliance.errors import PictureError
from appliance.hw.cameras.pictures import frame_from_picture_file, holds_more, is_folder, pictures_in
from appliance.line.runner import Runner
from appliance.pipeline.assembly import assemble, load_models
from appliance.records.decision import Decision
from appliance.records.frame import Colour
from appliance.storage import durable
from appliance.wording.count import counted
from appliance.wording.verdict import sentence

DRAWN = (".png", ".jpg")
"""What a file of results may end in."""
_FIRST_ALONE = "The first one is judged; smart-selfie replay plays them all"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="a picture, or a folder of pictures"
    )
    parser.add_argument(
        "--save",
        type=Path,
        metavar="FILE",
        help="save the picture with the results drawn on it, as .png or .jpg; several become one sheet",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per file and line")
    add_config_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Exit 0 if every file could be judged, else 1."""
    config = config_of(args)
    if args.save is not None:
        for file in args.files:
            check_output(args.save, DRAWN, file)
    judge = StillJudge(config)
    single = len(args.files) == 1 and not is_folder(args.files[0])
    drawing = _Drawing(config, None if single else StillsSheet())
    failed = judged = taken = 0
    for path, decision in _judged(judge, args.files):
        if isinstance(decision, PictureError):
            failed += 1
            print(f"smart-selfie: {decision}", file=sys.stderr)
            if args.json:
                print_json({"file": str(path), "error": decision.what})
            continue
        verdict = _verdict(path, decision)
        judged, taken = judged + 1, taken + decision.all_show
        if args.json:
            print_json(verdict)
        else:
            _print(verdict, sentence(decision.reason))
        if args.save is not None:
            drawing.add(path, decision)
    if args.save is not None and judged:
        saved_as = drawing.save(args.save)
        if not args.json:
            print(saved_as)
    if judged > 1 and not args.json:
        print(f"{taken} of {judged} would be taken")
    return 1 if failed else 0


def _judged(judge: "StillJudge", paths: list[Path]) -> Iterator[tuple[Path, Decision | PictureError]]:
    """Yield every picture, those of a folder one by one, with its decision or its error."""
    for path in paths:
        try:
            for picture in pictures_in(path) if is_folder(path) else [path]:
                yield picture, _or_why_not(judge, picture)
        except PictureError as error:
            yield path, error


def _or_why_not(judge: "StillJudge", picture: Path) -> Decision | PictureError:
    try:
        decision = judge.judge(picture)
        if holds_more(picture):
            print(f"smart-selfie: {picture} holds several pictures. {_FIRST_ALONE}", file=sys.stderr)
    except PictureError as error:
        return error
    return decision


class StillJudge:
    """Runs still pictures, one frame each, through the stages. The models are loaded once."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._models = load_models(config)

    def judge(self, path: Path) -> Decision:
        """Return the decision on one picture, independent of earlier ones. Raises PictureError."""
        frame = frame_from_picture_file(path, self._config.camera.analysis_size)
        decisions: list[Decision] = []
        assembly = assemble(self._config, self._models, on_decision=[decisions.append], still=True)
        Runner([frame], assembly.lines, VirtualClock(), threading.Event()).run_inline()
        return decisions[0]


class _Drawing:
    """Picture of the results: the page's view of one still, or a sheet of several."""

    def __init__(self, config: Config, sheet: StillsSheet | None) -> None:
        self._config = config
        self._sheet = sheet
        self._single: Colour | None = None

    def add(self, path: Path, decision: Decision) -> None:
        """Add a judged still."""
        drawn = view(decision, self._config.rule, light=False)
        if self._sheet is None:
            self._single = drawn
        else:
            self._sheet.add(drawn, path.name, decision.all_show)

    def save(self, path: Path) -> str:
        """Write the picture over an existing file and return what to say of it. Raises StorageError."""
        picture = self._single if self._sheet is None else self._sheet.image()
        _, data = cv2.imencode(path.suffix.lower(), picture) if picture is not None else (False, b"")
        try:
            durable.write_over(path, bytes(data))
        except OSError as error:
            raise durable.explain(error, path.parent) from error
        left_out = 0 if self._sheet is None else self._sheet.left_out
        return f"Drawn: {path}" + (f", without {counted(left_out, 'picture')} more" if left_out else "")


def _verdict(path: Path, decision: Decision) -> dict[str, Any]:
    picture = decision.frame.picture
    return {
        "file": str(path),
        "width": picture.width,
        "height": picture.height,
        "faces": faces_of(decision),
        "verdict": decision.all_show,
    }


def _print(verdict: dict[str, Any], reason: str) -> None:
    mark = "yes" if verdict["verdict"] else f"no, {reason}"
    print(f"{verdict['file']}: {mark}")
    for face in verdict["faces"]:
        x, y, w, h = face["box"]
        share = face["scores"][face["expression"]]
        shown = "too far" if face["too_far"] else "shows it" if face["shows"] else "does not"
        print(f"  {face['expression']:9} {share:4.0%}  {shown:9} at {x:.0f},{y:.0f} {w:.0f}x{h:.0f}")
