"""``smart-selfie check``: every problem in a configuration, before the appliance reads it."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from appliance.cli.common import add_override_argument, print_json
from appliance.config import load_config, parse_override
from appliance.config.advice import advice
from appliance.config.load import MAX_CONFIG_BYTES, find_config, place_of
from appliance.config.template import json_schema, render, settings_table
from appliance.config.yaml_text import odd_numbers
from appliance.errors import ConfigError, Problem
from appliance.language.choice import of_system
from appliance.storage.regular_file import read_regular


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("file", type=Path, nargs="?", metavar="config.yaml", help="default: the usual places")
    add_override_argument(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object per problem and line")
    parser.add_argument("--print-schema", action="store_true", help="print a JSON Schema, for editors")
    parser.add_argument("--print-default", action="store_true", help="print a configuration with all keys")
    parser.add_argument("--print-table", action="store_true", help="print docs/settings.md")


def run(args: argparse.Namespace) -> int:
    """Exit 0 without a problem, else 2."""
    if args.print_default:
        sys.stdout.write(render())
        return 0
    if args.print_table:
        sys.stdout.write(settings_table())
        return 0
    if args.print_schema:
        print(json.dumps(json_schema(), indent=2))
        return 0
    path, translate = args.file or find_config(), of_system().translate
    try:
        config = load_config(path, [parse_override(text) for text in args.overrides])
    except ConfigError as error:
        for problem in error.problems:
            if args.json:
                print_json(
                    {
                        "file": problem.file,
                        "line": problem.line,
                        "key": problem.key,
                        "value": repr(problem.value) if problem.value is not None else None,
                        "reason": problem.reason,
                    }
                )
            else:
                print(problem.in_words(translate), file=sys.stderr)
        return error.exit_code
    for problem in [*advice(config), *_odd_numbers(path)]:
        file, line = ("", None) if path is None else place_of(path, problem.key)
        text = dataclasses.replace(problem, file=file, line=line).in_words(translate)
        print(f"{translate('warning')}: {text}", file=sys.stderr)
    if not args.json:
        print(f"{path or translate('built-in settings')}: {translate('good')}")
    return 0


def _odd_numbers(path: Path | None) -> list[Problem]:
    """Return those of the file; none where it cannot be read a second time."""
    try:
        return [] if path is None else odd_numbers(read_regular(path, MAX_CONFIG_BYTES).decode())
    except (OSError, ValueError, ConfigError):
        return []
