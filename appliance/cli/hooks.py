"""``smart-selfie hooks``: runs the owner's programs once for each photo, a process of its own."""

import argparse
import logging
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

from appliance.cli.common import add_config_arguments, config_of
from appliance.clock import MonotonicClock
from appliance.errors import StorageError
from appliance.hooks.dispatcher import Dispatcher, variables
from appliance.hooks.execution import Ended, execute
from appliance.hooks.programs import HOOKS_FOLDER, programs_of
from appliance.system.log_limit import limited_log
from appliance.system.service import Notifier, directory, setup_logging

log = logging.getLogger(__name__)

MOST_RUN_SECONDS = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--verbose", action="store_true", help="say more")
    parser.add_argument("--seconds", type=float, default=MOST_RUN_SECONDS, help="longest time of one run")
    add_config_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Until SIGTERM. Exit 0 stopped as told, 1 it cannot work, 2 bad configuration."""
    folder = Path(config_of(args).storage.folder)
    setup_logging(verbose=args.verbose)
    stop, clock = threading.Event(), MonotonicClock()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    state = directory("STATE") or Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
    told: dict[str, str] = {}

    def each(photo: Path, stop: threading.Event) -> Iterator[tuple[str, Ended]]:
        found = programs_of(HOOKS_FOLDER)
        for name, reason in found.refused.items():
            if told.get(name) != reason:
                log.warning("%s does not run: it %s", name, reason)
        told.clear()
        told.update(found.refused)
        environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(state), **variables(photo)}
        for program in found.paths:
            if not stop.is_set():
                yield program.name, execute(program, photo, environment, clock, args.seconds, stop)

    try:
        state.mkdir(parents=True, exist_ok=True)
        dispatcher = Dispatcher(
            folder, state / "last-photo", lambda photo, stop: list(each(photo, stop)), clock
        )
        Notifier().ready()
        with limited_log(clock):
            dispatcher.serve(stop)
    except OSError as error:
        raise StorageError(f"{state} cannot be written: {error.strerror}", "See systemctl status") from error
    return 0
