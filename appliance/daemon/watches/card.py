"""Whether photos can be kept: known as soon as the card is full, and when there is room again."""

import logging
import threading
from collections.abc import Callable

from appliance.errors import StorageError
from appliance.storage.photos import PhotoStore

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0


class CardWatch:
    """Looks at the card now and then; ``tell`` hears True when photos cannot be kept any more, then False.

    :meth:`say` may be called by any thread. Time in seconds, monotonic.
    """

    def __init__(self, tell: Callable[[bool], None]) -> None:
        self._tell = tell
        self._fault = False
        self._lock = threading.Lock()
        self._next = 0.0

    def say(self, fault: bool) -> None:
        """A photo was refused, or one was kept."""
        with self._lock:  # flag and light must not be exchanged by two threads at once
            if fault is not self._fault:
                self._fault = fault
                self._tell(fault)

    def look(self, now: float, store: PhotoStore) -> None:
        """Look, if it is time to. A file is written only where something was wrong, to see if it still is."""
        if now < self._next:
            return
        self._next = now + LOOK_SECONDS
        fault = self._fault
        try:
            (store.check if fault else store.check_space)()
        except StorageError as error:
            if not fault:
                log.error("%s", error)
            self.say(True)
        else:
            if fault:  # else somebody may have lost a photo meanwhile
                self.say(False)
