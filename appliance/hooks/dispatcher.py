"""Decides for which photo programs run: once for each new one, in order, with a bound on those that wait."""

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from appliance.clock import Clock
from appliance.hooks.execution import Ended
from appliance.storage import durable
from appliance.storage.photo_names import PHOTO, number_of, photos_of
from appliance.storage.regular_file import read_regular

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
MOST_WAITING = 32
"""Photos. After a long time without power or with slow programs the oldest are left out, and counted."""
_MOST_BYTES = 64

PhotoRun = Callable[[Path, threading.Event], Sequence[tuple[str, Ended]]]
"""Runs every program for a photo, and tells each one's name and how it ended."""


class Dispatcher:
    """Runs programs for the photos of ``folder``. ``mark`` holds the number of the last photo. One thread.

    The number is written before the programs run: a power cut leaves a photo out, and never repeats one, as
    a print costs paper. The first start begins with the next photo.
    """

    def __init__(self, folder: Path, mark: Path, run: PhotoRun, clock: Clock) -> None:
        self._folder = folder
        self._mark = mark
        self._run = run
        self._clock = clock
        self._last = self._read_mark()
        self._stamp: tuple[int, ...] = ()
        self.left_out = 0

    def serve(self, stop: threading.Event) -> None:
        """Run programs until ``stop``. Raises OSError where the mark cannot be written."""
        while not stop.is_set():
            self.step(stop)
            self._clock.wait_until(self._clock.now() + _LOOK_SECONDS, stop)

    def step(self, stop: threading.Event) -> None:
        """Run programs for every photo that is new."""
        for photo in self._new():
            if stop.is_set():
                return
            self._note(number_of(photo.name))
            for name, ended in self._run(photo, stop):
                _tell(name, photo.name, ended)

    def _new(self) -> list[Path]:
        try:
            status = self._folder.stat()
            stamp = (status.st_mtime_ns, status.st_ino)
            if stamp == self._stamp:
                return []
            photos = photos_of(self._folder)
        except OSError:  # the appliance itself tells of it
            return []
        self._stamp = stamp
        if self._last is None:
            self._note(max((number_of(photo.name) for photo in photos), default=0))
        new = [photo for photo in photos if number_of(photo.name) > (self._last or 0)]
        if len(new) > MOST_WAITING:
            self.left_out += len(new) - MOST_WAITING
            log.warning("Programs are too slow: %d photos left out so far", self.left_out)
            new = new[-MOST_WAITING:]
        return new

    def _note(self, number: int) -> None:
        durable.write_over(self._mark, f"{number}\n".encode(), 0o600)
        self._last = number

    def _read_mark(self) -> int | None:
        try:
            return int(read_regular(self._mark, _MOST_BYTES, follow_links=False))
        except (OSError, ValueError):
            return None


def variables(photo: Path) -> dict[str, str]:
    """Return what a program is told of a photo, as environment variables."""
    match = PHOTO.fullmatch(photo.name)
    assert match is not None
    day, time = match[2], match[3]
    taken = f"{day[:4]}-{day[4:6]}-{day[6:]}T{time[:2]}:{time[2:4]}:{time[4:]}"
    return {
        "SELFIE_PHOTO": str(photo),
        "SELFIE_NAME": photo.name,
        "SELFIE_NUMBER": str(int(match[1])),
        "SELFIE_TAKEN_AT": taken,
    }


def _tell(name: str, photo: str, ended: Ended) -> None:
    last = ended.said.splitlines()[-1] if ended.said else ""
    if ended.status is None:
        log.warning("%s took too long for %s, and was ended. %s", name, photo, last)
    elif ended.status != 0:
        log.warning("%s failed for %s, exit status %d. %s", name, photo, ended.status, last)
    else:
        log.debug("%s ran for %s. %s", name, photo, last)
