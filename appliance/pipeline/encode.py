"""Stage that makes the photo's JPEG, before it waits for the card: a tenth of the camera's own bytes."""

import logging
from collections.abc import Callable
from typing import Protocol

from appliance.config.schema import MomentSettings
from appliance.errors import StorageError
from appliance.line.stage import Stage
from appliance.records.decision import Decision, EncodedPhoto

log = logging.getLogger(__name__)


class JpegMaker(Protocol):
    """Makes the file of a photo."""

    def encode(self, decision: Decision) -> EncodedPhoto:
        """Return the photo of ``decision``, encoded. Raises StorageError where it is too large to keep."""
        ...


class Encoder(Stage[Decision, EncodedPhoto]):
    """Stage that encodes photos. ``on_fault`` gets True when one was lost."""

    name = "encode photo"
    capacity = 16
    """Full pictures that may wait on a busy board; of large ones fewer, see :meth:`most_bytes`."""

    def __init__(
        self, maker: JpegMaker, on_fault: Callable[[bool], None], settings: MomentSettings | None = None
    ) -> None:
        self._maker = maker
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
        """Tell that a photo was dropped because photos come faster than they can be encoded."""
        log.error(
            "The photo of frame %d is lost: the processor is slower than photos come, and %d MB of them "
            "wait. Lower moment.burst or camera.picture_size",
            decision.frame.sequence,
            self._settings.memory_mb,
        )
        self._on_fault(True)

    def process(self, decision: Decision) -> tuple[EncodedPhoto, ...]:
        """Return the photo as it will be written; nothing, which is told, if it is too large."""
        try:
            return (self._maker.encode(decision),)
        except StorageError as error:
            log.error("The photo is lost: %s", error)
            self._on_fault(True)
            return ()
