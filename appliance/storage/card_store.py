"""Photos of a live camera, on the card."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from appliance.clock import Clock
from appliance.records.decision import Decision, EncodedPhoto
from appliance.storage.jpeg import encoded
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

    def encode(self, decision: Decision) -> EncodedPhoto:
        """Return the photo of ``decision.frame``, encoded. Raises StorageError."""
        frame = decision.frame
        age = timedelta(seconds=max(0.0, self._clock.now() - frame.captured_at))
        taken_at = self._wall() - age
        xmp = packet(decision) if self._regions else b""
        return encoded(decision, self._store.encode(frame.picture, taken_at, xmp), taken_at)

    def keep(self, photo: EncodedPhoto) -> Path:
        """Write ``photo``; return its path once it is safe. Raises StorageError."""
        return self._store.write(photo.jpeg, photo.taken_at)
