"""Decides what is copied when: new photos within a minute, after a failure again, never anything twice."""

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from appliance.clock import Clock
from appliance.storage.photo_names import photos_of
from appliance.sync.ledger import Ledger
from appliance.sync.rclone import CopyResult
from appliance.sync.sync_status import SyncStatus

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
"""How often the folder is looked at; it is listed only where it has changed."""
LONGEST_PAUSE = 45.0
"""Seconds after a failure, so that a photo is there within a minute of the network."""
MOST_AT_ONCE = 20
"""Photos of one run: what is there is remembered after each."""


class Copier(Protocol):
    """What copies, such as :class:`appliance.sync.rclone.Rclone`."""

    def copy(self, names: Sequence[str], stop: threading.Event) -> CopyResult:
        """Copy the photos ``names``, until ``stop``."""
        ...


class Sender:
    """Keeps the remote up to date with ``folder``. One thread."""

    def __init__(
        self,
        *,
        folder: Path,
        remote: str,
        ledger: Ledger,
        copier: Copier,
        clock: Clock,
        report: Callable[[SyncStatus], None],
        random_part: Callable[[], float] = random.random,
    ) -> None:
        self._folder = folder
        self._remote = remote
        self._ledger = ledger
        self._copier = copier
        self._clock = clock
        self._report = report
        self._random_part = random_part
        self._problem = ""
        self._since: float | None = None
        self._failures = 0

    def run(self, stop: threading.Event) -> None:
        """Copy until ``stop``. Raises OSError where the ledger cannot be written."""
        self._ledger.keep({photo.name for photo in self._photos()})
        while not stop.is_set():
            pause = self.step(stop)
            self._clock.wait_until(self._clock.now() + pause, stop)

    def step(self, stop: threading.Event) -> float:
        """Copy the next photos, oldest first; return the seconds until the next step."""
        waiting = [photo.name for photo in self._photos() if photo.name not in self._ledger]
        if not waiting:
            self._settle("")
            self._report_waiting(0)
            return LOOK_SECONDS
        self._report_waiting(len(waiting))
        batch = waiting[:MOST_AT_ONCE]
        outcome = self._copier.copy(batch, stop)
        if outcome.stopped:
            return 0.0
        self._settle(outcome.problem)
        if outcome.problem:
            self._failures += 1
            self._report_waiting(len(waiting))
            longest = min(LONGEST_PAUSE, 2.0**self._failures)
            return longest * (0.5 + 0.5 * self._random_part())
        self._failures = 0
        self._ledger.add(batch)
        self._report_waiting(len(waiting) - len(batch))
        return 0.0

    def _photos(self) -> list[Path]:
        try:
            return photos_of(self._folder)
        except OSError as error:
            self._settle(f"the photos cannot be listed: {error.strerror}")
            return []

    def _settle(self, problem: str) -> None:
        """Take note of a problem, or that there is none any more; each change is logged once."""
        if problem.partition(" (")[0] == self._problem.partition(" (")[0]:
            return
        if problem:
            log.warning("Photos wait for %s: %s. Trying again", self._remote, problem)
            self._since = self._since or time.time()
        else:
            log.info("Photos are copied to %s again", self._remote)
            self._since = None
        self._problem = problem

    def _report_waiting(self, waiting: int) -> None:
        self._report(
            SyncStatus(
                remote=self._remote,
                waiting=waiting,
                there=len(self._ledger),
                problem=self._problem,
                since=self._since,
            )
        )
