"""``smart-selfie sync``: copies of the photos elsewhere, a process of its own; and how it stands."""

import argparse
import dataclasses
import logging
import os
import signal
import threading
from datetime import datetime
from pathlib import Path

from appliance.cli.common import add_config_arguments, config_of, print_json
from appliance.clock import MonotonicClock
from appliance.config import Config
from appliance.errors import StorageError, UsageError
from appliance.storage import durable
from appliance.sync.ledger import Ledger
from appliance.sync.rclone import Rclone
from appliance.sync.sender import Sender
from appliance.sync.sync_status import SYSTEM_STATUS, SyncStatus, read_status
from appliance.system.service import Notifier, directory, setup_logging

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--verbose", action="store_true", help="say more")
    parser.add_argument("--json", action="store_true", help="the status as a JSON object")
    parser.add_argument(
        "verb", nargs="?", choices=("status",), help="tell how many photos wait; without: copy"
    )
    add_config_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Until SIGTERM. Exit 0 stopped as told, 1 it cannot work, 2 bad configuration or it is off.

    With ``status``: exit 0, or 1 while photos wait because of a problem.
    """
    config = config_of(args)
    if args.verb == "status":
        return _status(config, args.json)
    if not config.sync.enabled:
        raise UsageError("Copying is off", "Set sync.enabled to true and sync.remote, then start it again")
    setup_logging(verbose=args.verbose)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    _sender(config).run(stop)
    return 0


def _sender(config: Config) -> Sender:
    """Return the wired sender, and report that it is ready. Raises ApplianceError."""
    sync, folder, clock = config.sync, Path(config.storage.folder), MonotonicClock()
    state = directory("STATE") or Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
    path = state / "photos-at-the-remote"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        ledger = Ledger(path, sync.remote)
    except OSError as error:
        raise StorageError(f"{path} cannot be used: {error.strerror}", "See systemctl status") from error
    sender = Sender(
        folder=folder,
        remote=sync.remote,
        ledger=ledger,
        copier=Rclone(sync, folder, clock),
        clock=clock,
        report=_write_report,
    )
    Notifier().ready()
    return sender


def _write_report(report: SyncStatus) -> None:
    folder = directory("RUNTIME")
    if folder is None:
        return
    try:
        report.write(folder / SYSTEM_STATUS.name)
    except OSError as error:  # nothing but the report is lost
        log.debug("The report cannot be written: %s", durable.explain(error, folder))


def _status(config: Config, as_json: bool) -> int:
    report = read_status((directory("RUNTIME") or SYSTEM_STATUS.parent) / SYSTEM_STATUS.name)
    if as_json:
        print_json({"enabled": config.sync.enabled, "report": report and dataclasses.asdict(report)})
    elif not config.sync.enabled:
        print("Copying is off. docs/sync.md tells how to switch it on.")
    elif report is None:
        print("Copying is on in the settings, and does not run. journalctl -u smart-selfie-sync tells why.")
    else:
        print(f"{report.there} photos are at {report.remote}, {report.waiting} wait.")
        if report.problem and report.since is not None:
            print(f"Since {datetime.fromtimestamp(report.since):%Y-%m-%d %H:%M}: {report.problem}.")
    return 1 if report is not None and report.problem else 0
