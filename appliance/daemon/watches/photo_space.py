"""Space for photos: a fault as soon as storage is full, cleared when there is space again."""

import logging
from collections.abc import Callable

from appliance.daemon.conditions import Conditions
from appliance.daemon.watches.watch import Watch
from appliance.errors import StorageError
from appliance.light.states import Condition
from appliance.storage.photos import PhotoStore

log = logging.getLogger(__name__)


class PhotoSpaceWatch(Watch):
    """Sets STORAGE_FAULT while ``store``, the one in use, cannot keep a photo.

    The stage that keeps photos sets it too, when it loses one.
    """

    interval = 10.0

    def __init__(self, conditions: Conditions, store: Callable[[], PhotoStore]) -> None:
        self._conditions = conditions
        self._store = store

    def check(self) -> None:
        """Check for space. Writes a file only while there is a fault, to see if it persists."""
        fault = Condition.STORAGE_FAULT in self._conditions
        store = self._store()
        try:
            if fault:
                store.check()
            else:
                store.check_space()
        except StorageError as error:
            if not fault:
                log.error("%s", error)
            self._conditions.set(Condition.STORAGE_FAULT, True)
        else:
            if fault:  # without one before, a photo may have been lost meanwhile: that fault stays
                self._conditions.set(Condition.STORAGE_FAULT, False)
