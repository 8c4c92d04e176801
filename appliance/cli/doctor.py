"""``smart-selfie doctor``: every fault of this machine with its remedy."""

import argparse
import dataclasses
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from appliance.cli.common import add_config_arguments, config_of, print_json
from appliance.clock import MonotonicClock
from appliance.config import Config
from appliance.config.advice import advice
from appliance.doctor import board_checks, boot, camera_checks, card, memory_checks, on_board, program_checks
from appliance.doctor.finding import Finding, Status, fault, good, warning
from appliance.errors import ConfigError
from appliance.hw.machine import Machine
from appliance.language.choice import of_system

MARKS = {Status.GOOD: "ok", Status.WARNING: "look", Status.FAULT: "FAULT", Status.UNKNOWN: "-"}
STATUS_COLOURS = {Status.GOOD: "32", Status.WARNING: "33", Status.FAULT: "1;31", Status.UNKNOWN: "2"}
"""ANSI (ECMA-48) codes: green, yellow, bold red, faint."""
NAME_COLUMNS = 16
"""Columns of a finding's name, with the blanks around it."""
MIN_TEXT_WIDTH = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--json", action="store_true", help="one JSON object per check and line")
    parser.add_argument(
        "--root",
        type=Path,
        default=Path("/"),
        metavar="DIR",
        help="examine the machine whose files are in DIR, such as the card of another one",
    )
    parser.add_argument(
        "--board",
        action="store_true",
        help="a minute of tests on a Raspberry Pi, for a report to share; stops the appliance meanwhile",
    )
    add_config_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Exit 0 without a fault, else 1."""
    faults = 0
    machine = Machine(args.root)
    for finding in _report(args, machine) if args.board else examine(args, machine):
        faults += finding.state is Status.FAULT
        if args.json:
            print_json(dataclasses.asdict(finding))
        else:
            _print(finding)
    return 1 if faults else 0


def examine(args: argparse.Namespace, machine: Machine) -> Iterator[Finding]:
    """Yield the result of every check, the quick ones first."""
    config, finding = _settings(args)
    yield finding
    yield board_checks.check_board(machine)
    yield board_checks.check_power(machine)
    yield board_checks.check_speed(machine)
    yield board_checks.check_temperature(machine)
    yield board_checks.check_clock(machine, datetime.now(UTC))
    yield board_checks.check_pins(machine)
    yield card.check_folder(machine, config)
    yield card.check_space(machine, config)
    yield card.check_rescues(machine)
    yield program_checks.check_numpy_in_force(machine)
    yield program_checks.check_model(config)
    yield program_checks.check_memory_limit(machine)
    yield program_checks.check_copies(machine, config)
    yield boot.cloud_init(machine)
    yield boot.ready_after(machine)
    unit = program_checks.unit(machine)
    yield program_checks.check_service(unit, machine)
    found = list(camera_checks.check_camera(config, machine, running=unit is not None and unit.running))
    yield from found
    yield memory_checks.check_memory(machine, config, found[0].facts)


def _report(args: argparse.Namespace, machine: Machine) -> Iterator[Finding]:
    config, finding = _settings(args)
    if finding.state is Status.FAULT:  # its message quotes the file
        finding = fault(finding.name, "cannot be used; the defaults are tested", "Run: smart-selfie check")
    elif finding.state is Status.WARNING:  # so does this
        keys = ", ".join(problem.key for problem in advice(config))
        finding = warning(finding.name, f"probably a slip: {keys}", "Run: smart-selfie check")
    yield finding
    yield from on_board.board_report(config, machine, MonotonicClock(), on_board.Trial(_print_progress))


def _settings(args: argparse.Namespace) -> tuple[Config, Finding]:
    try:
        config = config_of(args)
    except ConfigError as error:
        reason = error.what.replace("\n", "; ")
        return Config(), fault("settings", reason, "Fix them; the appliance cannot start with these settings")
    found = advice(config)
    if found:
        slips = "; ".join(f"{problem.key} = {problem.value}: {problem.reason}" for problem in found)
        pins = any(problem.key.startswith("hardware.") for problem in found)
        remedy = "Pins are counted by their GPIO (BCM) number" if pins else "Run: smart-selfie check"
        return config, warning("settings", slips, remedy)
    return config, good("settings", "good")


def _print_progress(text: str) -> None:
    print(f"{of_system().translate(text)} ...", file=sys.stderr, flush=True)


def _print(finding: Finding) -> None:
    translate = of_system().translate
    marks = {state: translate(mark) for state, mark in MARKS.items()}
    wide = max(map(len, marks.values()))
    mark = f"{marks[finding.state]:>{wide}}"
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):  # no-color.org
        mark = f"\033[{STATUS_COLOURS[finding.state]}m{mark}\033[0m"
    lines = _wrapped(translate(finding.seen), "", wide)
    lines += _wrapped(translate(finding.advice), "→ ", wide) if finding.advice else []
    print(f"{mark}  {translate(finding.name):13} {lines[0]}")
    for line in lines[1:]:
        print(f"{'':{wide}}  {'':13} {line}")
    sys.stdout.flush()


def _wrapped(text: str, lead: str, wide: int) -> list[str]:
    """Return ``text`` in lines that fit beside marks, ``wide`` columns, and names; one line for a program."""
    if not sys.stdout.isatty():
        return [lead + text]
    width = max(MIN_TEXT_WIDTH, shutil.get_terminal_size().columns - wide - NAME_COLUMNS)
    indent = " " * len(lead)
    # Paths and commands stay whole: somebody copies them.
    lines = textwrap.wrap(
        lead + text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return lines or [""]
