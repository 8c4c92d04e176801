"""What several commands share: the configuration they run with, and faces as JSON."""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from appliance.config import Config, load_config, parse_override
from appliance.config.load import find_config

if TYPE_CHECKING:  # commands that judge nothing need not load numpy for a name
    from appliance.frames import Decision


def add_config_arguments(parser: argparse.ArgumentParser) -> None:
    """``--config`` and ``--set``."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration; else the usual places")
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change one setting, such as rule.min_faces=2; may be given several times",
    )


def config_of(args: argparse.Namespace) -> Config:
    """The configuration the arguments ask for. Raises ConfigError, UsageError."""
    overrides = [parse_override(text) for text in args.overrides]
    return load_config(args.config or find_config(), overrides)


def say(message: Mapping[str, Any]) -> None:
    """One JSON object on one line of standard output, at once."""
    sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def faces_of(decision: "Decision") -> list[dict[str, Any]]:
    """Everybody seen in the frame, boxes in pixels of the full picture."""
    sx, sy = decision.frame.picture_scale
    result = []
    for one in decision.people:
        if not one.person.seen:
            continue
        face = one.person.face
        box = face.box.scaled(sx, sy)
        result.append(
            {
                "box": [round(value, 1) for value in (box.x, box.y, box.w, box.h)],
                "expression": face.expression,
                "scores": {label: round(score, 4) for label, score in face.scores.items()},
                "shows": one.shows,
            }
        )
    return result
