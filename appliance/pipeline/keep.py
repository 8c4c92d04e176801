"""Keeps the photo: the full-resolution picture of the very frame that was judged."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from appliance.errors import StorageError
from appliance.frames import Decision, Photo

log = logging.getLogger(__name__)


class Store(Protocol):
    """Where photos go."""

    def keep(self, decision: Decision) -> Path:
        """Write the picture of ``decision.frame``; back only when it is on disk. Raises StorageError."""
        ...


class Keeper:
    """The stage that keeps photos. A photo that cannot be kept is told and the next one is tried.

    ``on_fault`` is told True when a photo was lost and False when one was kept.
    """

    name = "keep photo"

    def __init__(self, store: Store, on_fault: Callable[[bool], None]) -> None:
        self._store = store
        self._on_fault = on_fault

    def process(self, decision: Decision) -> Photo | None:
        """The photo, once it is on disk; None if this frame is none or the card refuses it."""
        if not decision.take_photo:
            return None
        try:
            path = self._store.keep(decision)
        except StorageError as error:
            log.error("The photo is lost: %s", error)
            self._on_fault(True)
            return None
        self._on_fault(False)
        log.info("Photo %s, %d people", path, len(decision.people))
        return Photo(str(path), decision)
