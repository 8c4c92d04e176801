"""Keeps the photo: the full-resolution picture of the very frame that was judged."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from appliance.clock import Clock
from appliance.errors import StorageError
from appliance.line.stage import Stage
from appliance.records.decision import Decision, Photo
from appliance.storage import durable
from appliance.storage.photos import PhotoStore, encode_jpeg, make_exif
from appliance.storage.xmp import packet

log = logging.getLogger(__name__)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Store(Protocol):
    """Where photos go."""

    def keep(self, decision: Decision) -> Path:
        """Write the picture of ``decision.frame``; back only when it is on disk. Raises StorageError."""
        ...


class CardStore:
    """Photos of real life: numbered, dated by the wall clock of the moment the frame was captured."""

    def __init__(
        self,
        store: PhotoStore,
        clock: Clock,
        wall: Callable[[], datetime] | None = None,
        regions: bool = True,
    ) -> None:
        self._store = store
        self._regions = regions
        self._clock = clock
        self._wall = wall or (lambda: datetime.now().astimezone())

    def keep(self, decision: Decision) -> Path:
        """See :class:`Store`."""
        frame = decision.frame
        age = timedelta(seconds=max(0.0, self._clock.now() - frame.captured_at))
        return self._store.save(frame.picture, self._wall() - age, packet(decision) if self._regions else b"")


class ReplayStore:
    """Photos of a recording: named by frame, dated by the recording's time, the same in every run."""

    def __init__(self, folder: Path, quality: int, regions: bool = True) -> None:
        self._folder = folder
        self._regions = regions
        self._quality = quality
        try:
            folder.mkdir(parents=True, exist_ok=True)
            durable.probe(folder)
        except OSError as error:
            raise durable.explain(error, folder) from error

    def keep(self, decision: Decision) -> Path:
        """See :class:`Store`."""
        frame = decision.frame
        exif = make_exif(EPOCH + timedelta(seconds=frame.captured_at), "Smart Selfie", "smart-selfie replay")
        xmp = packet(decision) if self._regions else b""
        path = self._folder / f"frame-{frame.sequence:06d}.jpg"
        try:
            durable.write_over(path, encode_jpeg(frame.picture, self._quality, exif, xmp))
        except OSError as error:
            raise durable.explain(error, self._folder) from error
        return path


class Keeper(Stage[Decision, Photo]):
    """The stage that keeps photos. A photo that cannot be kept is told and the next one is tried.

    ``on_fault`` is told True when a photo was lost and False when one was kept.
    """

    name = "keep photo"
    capacity = 16

    def __init__(self, store: Store, on_fault: Callable[[bool], None]) -> None:
        self._store = store
        self._on_fault = on_fault

    def use(self, store: Store) -> None:
        """Another store from the next photo on. Any thread."""
        self._store = store

    def process(self, decision: Decision) -> tuple[Photo, ...]:
        """Return the photo, once it is on disk; nothing if the card refuses it or the frame is no photo."""
        photo = self.keep(decision) if decision.take_photo else None
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
