"""``smart-selfie judge``: who shows the expression in a still picture, by the same stages as live."""

import argparse
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2

from appliance.cli.common import add_config_arguments, check_output, config_of, faces_of, say
from appliance.clock import VirtualClock
from appliance.config import Config
from appliance.draw.view import view
from appliance.errors import PictureError, UsageError
from appliance.hw.cameras.pictures import frame_from_picture_file, holds_more, is_folder, pictures_in
from appliance.line.runner import Runner
from appliance.pipeline.assembly import assemble, load_models
from appliance.records.decision import Decision
from appliance.storage import durable
from appliance.wording.verdict import sentence

_FIRST_ALONE = "The first one is judged; smart-selfie replay plays them all"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="a picture, or a folder of pictures"
    )
    parser.add_argument(
        "--save", type=Path, metavar="PNG", help="save one picture with the results drawn on it"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per file and line")
    add_config_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Exit 0 if every file could be judged, else 1."""
    config = config_of(args)
    if args.save is not None:
        if len(args.files) > 1 or is_folder(args.files[0]):
            raise UsageError("--save draws one picture, and several are named", "Judge them one by one")
        check_output(args.save, ".png", args.files[0])
    judge = StillJudge(config)
    failed = judged = taken = 0
    for path, decision in _judged(judge, args.files):
        if isinstance(decision, PictureError):
            failed += 1
            print(f"smart-selfie: {decision}", file=sys.stderr)
            if args.json:
                say({"file": str(path), "error": decision.what})
            continue
        verdict = _verdict(path, decision)
        judged, taken = judged + 1, taken + decision.all_show
        if args.json:
            say(verdict)
        else:
            _tell(verdict, sentence(decision.reason))
        if args.save is not None:
            save(args.save, decision, config)
            if not args.json:
                print(f"Drawn: {args.save}")
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


def save(path: Path, decision: Decision, config: Config) -> None:
    """Write the page's view as PNG over an existing file. Raises StorageError, PictureError."""
    _, data = cv2.imencode(".png", view(decision, config.rule, light=False))
    try:
        durable.write_over(path, data.tobytes())
    except OSError as error:
        raise durable.explain(error, path.parent) from error


def _verdict(path: Path, decision: Decision) -> dict[str, Any]:
    picture = decision.frame.picture
    return {
        "file": str(path),
        "width": picture.width,
        "height": picture.height,
        "faces": faces_of(decision),
        "verdict": decision.all_show,
    }


def _tell(verdict: dict[str, Any], reason: str) -> None:
    mark = "yes" if verdict["verdict"] else f"no, {reason}"
    print(f"{verdict['file']}: {mark}")
    for face in verdict["faces"]:
        x, y, w, h = face["box"]
        share = face["scores"][face["expression"]]
        shown = "too far" if face["too_far"] else "shows it" if face["shows"] else "does not"
        print(f"  {face['expression']:9} {share:4.0%}  {shown:9} at {x:.0f},{y:.0f} {w:.0f}x{h:.0f}")
