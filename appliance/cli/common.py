"""Functions that several commands share: configuration, output checks, faces as JSON."""

import argparse
import json
import logging
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from appliance.config import Config, load_config, parse_override
from appliance.config.live import LiveConfig, state_folder
from appliance.config.load import find_config
from appliance.errors import StorageError, UsageError
from appliance.storage import durable

if TYPE_CHECKING:  # commands that judge nothing need not load numpy for a name
    from appliance.records.decision import Decision

log = logging.getLogger(__name__)

_ROOT = str(Path(__file__).resolve().parents[2])
PROGRAM = (
    sys.executable,
    "-P",
    "-X",
    "utf8",
    "-c",
    f"import sys; sys.path.append({_ROOT!r}); from appliance.cli import program; program()",
)
"""The words that start this very program once more; the command's own follow.

``python -m`` would import what lies in the current folder instead of libraries; this folder comes last.
"""


def add_config_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``--config`` and ``--set``."""
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="configuration file; default: the usual one"
    )
    add_override_argument(parser)


def add_override_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--set``: pairs of key and value for :func:`parse_override` in ``overrides``."""
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change one setting, such as rule.min_faces=2; may be given several times",
    )


def config_of(args: argparse.Namespace) -> Config:
    """Return the configuration that the arguments name. Raises ConfigError, UsageError."""
    overrides = [parse_override(text) for text in args.overrides]
    return load_config(args.config or find_config(), overrides)


def config_in_force(args: argparse.Namespace) -> Config:
    """Return the same, or, with a message if that is invalid, the last good configuration.

    Raises ConfigError if neither can be used, UsageError.
    """
    overrides = [parse_override(text) for text in args.overrides]
    live = LiveConfig(args.config or find_config(), overrides, state_folder(access=os.R_OK))
    config, fault = live.start()
    for problem in fault.problems if fault is not None else ():
        log.error("%s", problem)
    return config


def check_output(path: Path, suffixes: str | tuple[str, ...], source: Path | None = None) -> None:
    """Check before the work begins that the file ``path`` can be written.

    Raises UsageError when it ends in none of ``suffixes`` (the first is advised) or is ``source`` itself,
    StorageError.
    """
    if source is not None and path.exists() and source.exists() and path.samefile(source):
        raise UsageError(f"{path} is the input: it would be overwritten", "Name another file")
    endings = (suffixes,) if isinstance(suffixes, str) else suffixes
    if path.suffix.lower() not in endings:
        named = f"Name it {path.stem}{endings[0]}"
        raise UsageError(f"{path} does not end in {' or '.join(endings)}", named)
    if path.is_dir():
        raise StorageError(f"{path} is a folder", "Name a file in it")
    if not path.parent.is_dir():
        raise StorageError(
            f"The folder {path.parent} does not exist", f"Create it: mkdir -p {shlex.quote(str(path.parent))}"
        )
    try:
        durable.probe(path.parent)
    except OSError as error:
        raise durable.explain(error, path.parent) from error


def print_json(message: Mapping[str, Any]) -> None:
    """Print one JSON object on one line of standard output, at once; names that are not text are escaped."""
    line = json.dumps(message, ensure_ascii=False)
    try:
        line.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        line = json.dumps(message)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def faces_of(decision: "Decision") -> list[dict[str, Any]]:
    """Return everybody seen in the frame, boxes in pixels of the full picture."""
    sx, sy = decision.frame.picture_scale
    result = []
    for showing in decision.people:
        if not showing.person.seen:
            continue
        face = showing.person.face
        box = face.box.scaled(sx, sy)
        result.append(
            {
                "box": [round(value, 1) for value in (box.x, box.y, box.w, box.h)],
                "expression": face.expression,
                "scores": {label: round(score, 4) for label, score in face.scores.items()},
                "eyes": {"open": None if face.eyes_open is None else round(face.eyes_open, 4)},
                "shows": showing.shows,
                "too_far": showing.person.too_far,
            }
        )
    return result
