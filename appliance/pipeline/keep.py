"""Stage that keeps the photo: the full-resolution picture of the same frame that was judged."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from appliance.config.schema import MomentSettings
from appliance.errors import StorageError
from appliance.line.stage import Stage
from appliance.records.decision import EncodedPhoto, Photo

log = logging.getLogger(__name__)


class Store(Protocol):
    """Destination of photos."""

    def keep(self, photo: EncodedPhoto) -> Path:
        """Write ``photo``; return its path once on disk. Raises StorageError."""
        ...


class Keeper(Stage[EncodedPhoto, Photo]):
    """Stage that keeps photos. A photo that cannot be kept is reported, and the next one tried.

    ``on_fault`` gets True when a photo was lost and False when one was kept.
    """

    name = "keep photo"
    capacity = 200
    """Photos that may wait while storage is slow, each about a megabyte; see :meth:`most_bytes`."""

    def __init__(
        self, store: Store, on_fault: Callable[[bool], None], settings: MomentSettings | None = None
    ) -> None:
        self._store = store
        self._on_fault = on_fault
        self._settings = settings or MomentSettings()

    def use(self, settings: MomentSettings) -> None:
        """Use other settings for the next photo. Any thread."""
        self._settings = settings

    def bytes_of(self, photo: EncodedPhoto) -> int:
        """Return what the photo takes."""
        return len(photo.jpeg)

    def most_bytes(self) -> float:
        """Return what may wait: as much as may be chosen from."""
        return self._settings.memory_mb * 1_000_000

    def lost(self, photo: EncodedPhoto) -> None:
        """Tell that a photo was dropped because storage is slower than photos come."""
        log.error(
            "The photo of frame %d is lost: storage is slower than photos come, and %d MB of them wait. "
            "A card that takes seconds for a photo is failing or too slow: replace it, or lower moment.burst",
            photo.decision.frame.sequence,
            self._settings.memory_mb,
        )
        self._on_fault(True)

    def process(self, photo: EncodedPhoto) -> tuple[Photo, ...]:
        """Return the photo once it is on disk; nothing, which is told, if the card refuses it."""
        try:
            path = self._store.keep(photo)
        except StorageError as error:
            log.error("The photo is lost: %s", error)
            self._on_fault(True)
            return ()
        self._on_fault(False)
        log.info("Photo %s, %d people", path, len(photo.decision.people))
        return (Photo(path=path, decision=photo.decision),)
