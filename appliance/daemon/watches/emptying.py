"""Bin of deleted photos: emptied of what has been there for long enough."""

import logging
from collections.abc import Callable
from pathlib import Path

from appliance.daemon.watches.watch import Watch
from appliance.errors import StorageError
from appliance.storage.photos import PhotoStore

log = logging.getLogger(__name__)


class BinWatch(Watch):
    """Empties the bin of ``store``, the one in use, of what has expired; and those of the ones before it."""

    interval = 30.0

    def __init__(self, store: Callable[[], PhotoStore]) -> None:
        self._store = store
        self._known: dict[Path, PhotoStore] = {}
        self._failed = False

    def check(self) -> None:
        """See :class:`Watch`. A failure is logged once: the light reports a broken card by itself."""
        store = self._store()
        self._known[store.folder] = store
        try:
            for known in self._known.values():
                known.empty_bin()
        except StorageError as error:
            if not self._failed:
                log.warning("The bin of deleted photos cannot be emptied. %s", error)
            self._failed = True
        else:
            self._failed = False
