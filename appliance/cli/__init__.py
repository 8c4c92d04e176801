"""``smart-selfie COMMAND``: one module a command, loaded only when it is called."""

import argparse
import importlib
import logging
import os
import sys
import threading
from collections.abc import Sequence
from typing import NoReturn

from appliance import __version__
from appliance.errors import ApplianceError

COMMANDS = {
    "run": "the appliance itself; systemd starts this",
    "demo": "the whole appliance on a bundled scene, no camera needed",
    "judge": "say for still pictures who shows the expression",
    "replay": "run a recording through the appliance and say what it would have done",
    "record": "keep a short clip of what is analysed, to tune the rule with replay",
    "check": "name every problem in a configuration",
    "doctor": "examine this machine: every fault, and what to do about it",
    "export": "copy all photos into a folder, such as a USB stick, and verify each",
    "light": "let the light say one thing until told to stop, while the appliance does not run",
    "web": "the live page in a browser; systemd starts this too",
    "web-password": "set the page's password",
    "bench": "measure what a frame costs, beside the usual way to do it",
}


def program() -> NoReturn:
    """The whole process: :func:`main`, and out.

    A stage that did not stop in time is still at work, often inside a library: pulling the interpreter away
    from under it ends in a crash, which systemd would count as a failure. So the process ends at once then.
    """
    status = main()
    if all(thread is threading.main_thread() for thread in threading.enumerate()):
        sys.exit(status)
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command: exit 0 done, 1 the work failed, 2 bad usage or configuration."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(
        prog="smart-selfie", description="Takes the picture when everybody smiles."
    )
    parser.add_argument("--version", action="version", version=f"smart-selfie {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    chosen = next((word for word in arguments if not word.startswith("-")), None)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        if name == chosen:  # the others would only cost import time
            module = importlib.import_module(f"appliance.cli.{name.replace('-', '_')}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    args = parser.parse_args(arguments)
    try:
        return int(args.run(args))
    except ApplianceError as error:
        print(f"smart-selfie: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
