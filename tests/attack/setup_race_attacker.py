"""The page's process, taken over: setup_race_attacker.py ETC DEFAULT VICTIMS

It shows setup.sh an unedited config.yaml until that has been opened a few times, then another one, with
links to a program of root's and to its folder under every name that setup.sh has ever written beside it.
"""

import contextlib
import ctypes
import os
import random
import select
import sys
from pathlib import Path

etc, default, victims = map(Path, sys.argv[1:])
config = etc / "config.yaml"
victim = victims / "stick"
EVIL = b"#!/bin/sh\nweb: {names: [a;id>/tmp/never.ran;b]}\n"  # settings to YAML, a program to sh
OURS = ("edited", "default", "default.part", "part", "edited.part")
BESIDE = [etc / f"config.yaml.{name}" for name in OURS]
CLOSED_UNWRITTEN = 0x10
libc = ctypes.CDLL(None)
dice = random.Random(os.environ.get("SMART_SELFIE_SEED"))


def show(data: bytes) -> None:
    """Put other settings in the place of the shown ones, at once."""
    mine = etc / "config.yaml.mine"
    mine.write_bytes(data)
    mine.chmod(0o775)
    mine.rename(config)


plain = default.read_bytes()
while True:
    with contextlib.suppress(OSError):
        for path in BESIDE:  # nothing is there to be refused at the start
            path.unlink(missing_ok=True)
        show(plain)
        with os.fdopen(libc.inotify_init(), "rb", buffering=0) as watch:
            libc.inotify_add_watch(watch.fileno(), os.fsencode(config), CLOSED_UNWRITTEN)
            for _ in range(dice.choice((1, 1, 2, 3))):
                if select.select([watch], [], [], 0.2)[0]:
                    watch.read(4096)
        for path in dice.sample(BESIDE, 2):
            path.symlink_to(dice.choice((victim, victims)))
        if dice.random() < 0.25:
            config.unlink()
            config.symlink_to(victim)
        else:
            show(EVIL)
