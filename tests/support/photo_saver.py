"""A program for the tests of photos: saves photos, and can be killed or fed faults by strace.

``photo_saver.py FOLDER``: saves one photo and prints its path, or the error and its class.
``photo_saver.py FOLDER serve``: for each line on standard input forks a child that saves photos for ever and
prints the name of each once it is kept; prints "pid N" before and "ended N" after it.
"""

import os
import sys
from datetime import datetime
from itertools import count
from pathlib import Path

import numpy as np

from appliance.errors import StorageError
from appliance.storage.photos import PhotoStore

PICTURE = np.random.default_rng(7).integers(0, 256, (120, 160, 3), np.uint8)  # noise: a JPEG of some 25 kB
TAKEN_AT = datetime(2026, 11, 21, 4, 1, 2, 500_000)  # the clock stands still


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())  # at once and whole, even if the next instruction is the last


def save_for_ever(folder: Path) -> None:
    store = PhotoStore(folder)
    store.prepare()
    for _ in count():
        say(store.save(PICTURE, TAKEN_AT).name)


def serve(folder: Path) -> None:
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            save_for_ever(folder)
        say(f"pid {pid}")
        os.waitpid(pid, 0)
        say(f"ended {pid}")


def save_one(folder: Path) -> None:
    try:
        say(str(PhotoStore(folder).save(PICTURE, TAKEN_AT)))
    except StorageError as error:
        say(f"{type(error).__name__}: {error}")
        sys.exit(1)


if __name__ == "__main__":
    (serve if sys.argv[2:] == ["serve"] else save_one)(Path(sys.argv[1]))
