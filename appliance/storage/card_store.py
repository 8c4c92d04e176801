"""Photos of a live camera, on the card."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from appliance.clock import Clock
from appliance.records.decision import Decision
from appliance.storage.photos import PhotoStore
from appliance.storage.xmp import packet


class CardStore:
    """Keeps photos in ``store``: numbered, dated by the wall clock at the frame's capture.

    ``wall`` returns the time of day with its zone; ``regions``: faces and scores go into the photo's XMP.
    """

    def __init__(
        self,
        store: PhotoStore,
        clock: Clock,
        wall: Callable[[], datetime] | None = None,
        regions: bool = True,
    ) -> None:
        self._store = store
        self._clock = clock
        self._wall = wall or (lambda: datetime.now().astimezone())
        self._regions = regions

    def keep(self, decision: Decision) -> Path:
        """Write the picture of ``decision.frame``; return its path once it is safe. Raises StorageError."""
        frame = decision.frame
        age = timedelta(seconds=max(0.0, self._clock.now() - frame.captured_at))
        return self._store.save(frame.picture, self._wall() - age, packet(decision) if self._regions else b"")
