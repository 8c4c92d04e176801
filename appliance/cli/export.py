"""``smart-selfie export DIR``: copy all photos into a folder, such as a stick's, and verify each one."""

import argparse
import contextlib
import dataclasses
from pathlib import Path

from tqdm import tqdm

from appliance.cli.common import add_config_arguments, config_in_force, print_json
from appliance.export import export
from appliance.storage.photo_names import photos_of
from appliance.system.service import setup_logging


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("folder", type=Path, nargs="?", metavar="DIR", help="target folder; created if missing")
    what.add_argument("--print-label", action="store_true", help="print the name a stick must have")
    parser.add_argument("--json", action="store_true", help="the result as one JSON object")
    add_config_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Exit 0 only if every photo of the card is in DIR, and there is at least one."""
    setup_logging()
    config = config_in_force(args)
    if args.print_label:
        print(config.export.label)
        return 0
    card = Path(config.storage.folder)
    total = 0
    with contextlib.suppress(OSError):  # told by the export itself
        total = len(photos_of(card))
    with tqdm(total=total, unit="photo", disable=None, leave=False) as bar:

        def done(_: str) -> None:
            bar.update()

        outcome = export(card, args.folder, delete_after=config.export.delete_after, progress=done)
    if args.json:
        facts = dataclasses.asdict(outcome)
        print_json({"event": "export", "folder": str(args.folder), "complete": outcome.complete, **facts})
    else:
        print(outcome.in_words(str(args.folder)))
    return 0 if outcome.complete else 1
