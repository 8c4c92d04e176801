"""Parser of the command line: commands, options, and suggestions for mistyped ones."""

import argparse
import difflib
import importlib
import re
from collections.abc import Collection, Sequence
from typing import Any, NoReturn

from appliance import __version__

COMMANDS = {
    "run": "the appliance itself; systemd starts this",
    "demo": "the whole appliance on a bundled scene or a webcam, no Raspberry Pi needed",
    "judge": "judge still pictures: who shows the expression?",
    "replay": "run a recording through the appliance and report its decisions",
    "record": "save a short clip of the analysed pictures, to tune the rule with replay",
    "check": "list every problem in a configuration",
    "doctor": "examine this machine: every fault, and what to do about it",
    "export": "copy all photos into a folder, such as a USB stick, and verify each",
    "light": "show one signal on the light until stopped, while the appliance does not run",
    "web": "the live page in a browser: serve it, or switch it on and off",
    "web-password": "set the page's password",
    "mqtt": "the bridge to an MQTT broker and Home Assistant",
    "hotspot": "a Wi-Fi of the appliance's own, for a place without a network",
    "sync": "copy every new photo to a remote of rclone; or tell how many wait",
    "hooks": "run the owner's programs once for each photo",
    "bench": "measure the cost of a frame, compared with the usual way",
}

_INVALID_CHOICE = re.compile(r"invalid choice: '(?P<given>[^']*)' \(choose from (?P<choices>.*)\)")


class CommandParser(argparse.ArgumentParser):
    """Argument parser with suggestions for mistyped words."""

    def error(self, message: str) -> NoReturn:
        """Print usage and ``message``, with a suggestion for a mistyped word of a list; exit 2."""
        if found := _INVALID_CHOICE.search(message):
            close = _closest(found["given"], re.findall(r"[\w-]+", found["choices"]))
            message += f"; did you mean {close}?" if close else ""
        super().error(message)

    def refuse_unknown(self, words: Sequence[str]) -> NoReturn:
        """Print usage and those of ``words`` that the command does not know; exit 2."""
        hints = []
        for word in words:
            close = _closest(
                word.partition("=")[0].strip("-"), [name.strip("-") for name in self._option_string_actions]
            )
            hints.append(f"{word} (did you mean --{close}?)" if close else word)
        self.error(f"unrecognized arguments: {' '.join(hints)}")


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the parsed arguments; ``run`` is the command's function. Exits 2 for invalid ones."""
    chosen = [word for word in arguments if not word.startswith("-")][:1]
    parser, commands = make_parsers(load=chosen)
    if not arguments:
        parser.print_help()
        parser.exit(2)
    args, unknown = parser.parse_known_args(arguments)
    if unknown:
        commands[args.command].refuse_unknown(unknown)
    return args


def make_parsers(load: Collection[str] = COMMANDS) -> tuple[CommandParser, dict[str, CommandParser]]:
    """Return the parser of the whole line, and that of each command.

    Only the commands in ``load`` know their arguments: the others would cost their import.
    """
    parser = CommandParser(prog="smart-selfie", description="Takes the picture when everybody smiles.")
    parser.add_argument("--version", action="version", version=f"smart-selfie {__version__}")
    commands: Any = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    parsers: dict[str, CommandParser] = {}
    for name, text in COMMANDS.items():
        parsers[name] = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        if name in load:
            module = importlib.import_module(f"appliance.cli.{name.replace('-', '_')}")
            module.add_arguments(parsers[name])
            parsers[name].set_defaults(run=module.run)
    return parser, parsers


def _closest(word: str, words: Collection[str]) -> str | None:
    return next(iter(difflib.get_close_matches(word, words, 1)), None)
