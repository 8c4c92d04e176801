"""Stage that keeps the photo: the full-resolution picture of the same frame that was judged."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from appliance.config.schema import MomentSettings
from appliance.errors import StorageError
from appliance.line.stage import Stage
from appliance.records.decision import Decision, Photo

log = logging.getLogger(__name__)


class Store(Protocol):
    """Destination of photos."""

    def keep(self, decision: Decision) -> Path:
        """Write the picture of ``decision.frame``; return its path once on disk. Raises StorageError."""
        ...


class Keeper(Stage[Decision, Photo]):
    """Stage that keeps photos. A photo that cannot be kept is reported, and the next one tried.

    ``on_fault`` gets True when a photo was lost and False when one was kept.
    """

    name = "keep photo"
    capacity = 16
    """Full pictures that may wait while storage is slow; of large ones fewer, see :meth:`most_bytes`."""

    def __init__(
        self, store: Store, on_fault: Callable[[bool], None], settings: MomentSettings | None = None
    ) -> None:
        self._store = store
        self._on_fault = on_fault
        self._settings = settings or MomentSettings()

    def use(self, settings: MomentSettings) -> None:
        """Use other settings for the next photo. Any thread."""
        self._settings = settings

    def bytes_of(self, decision: Decision) -> int:
        """Return what the full picture takes."""
        return decision.frame.picture.bytes_held

    def most_bytes(self) -> float:
        """Return what may wait: as much as may be chosen from, so that a whole burst finds room."""
        return self._settings.memory_mb * 1_000_000

    def lost(self, decision: Decision) -> None:
        """Tell that a photo was dropped because storage is slower than photos come."""
        log.error(
            "The photo of frame %d is lost: storage is slower than photos come, and %d MB of them wait. "
            "A card that takes seconds for a photo is failing or too slow: replace it, or lower moment.burst",
            decision.frame.sequence,
            self._settings.memory_mb,
        )
        self._on_fault(True)

    def process(self, decision: Decision) -> tuple[Photo, ...]:
        """Return the photo once it is on disk, or nothing if the card refuses it."""
        photo = self.keep(decision)
        return () if photo is None else (photo,)

    def keep(self, decision: Decision) -> Photo | None:
        """Write the photo; None if the card refuses it, which is logged and reported."""
        try:
            path = self._store.keep(decision)
        except StorageError as error:
            log.error("The photo is lost: %s", error)
            self._on_fault(True)
            return None
        self._on_fault(False)
        log.info("Photo %s, %d people", path, len(decision.people))
        return Photo(path=path, decision=decision)
