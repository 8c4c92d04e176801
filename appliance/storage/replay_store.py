"""Photos of a replay, in a folder of their own."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from appliance.records.decision import Decision, EncodedPhoto
from appliance.storage import durable
from appliance.storage.jpeg import encode_jpeg, encoded, make_exif
from appliance.storage.xmp import packet

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ReplayStore:
    """Keeps photos named by frame and dated by the recording's time, which are the same in every run.

    ``quality`` is the JPEG's, 1 to 100; ``regions``: faces and scores go into the photo's XMP. Raises
    StorageError where ``folder`` cannot be written.
    """

    def __init__(self, folder: Path, quality: int, regions: bool = True) -> None:
        self._folder = folder
        self._quality = quality
        self._regions = regions
        try:
            folder.mkdir(parents=True, exist_ok=True)
            durable.probe(folder)
        except OSError as error:
            raise durable.explain(error, folder) from error

    def encode(self, decision: Decision) -> EncodedPhoto:
        """Return the photo of ``decision.frame``, encoded. Raises StorageError."""
        frame = decision.frame
        taken_at = EPOCH + timedelta(seconds=frame.captured_at)
        exif = make_exif(taken_at, "Smart Selfie", "smart-selfie replay")
        xmp = packet(decision) if self._regions else b""
        return encoded(decision, encode_jpeg(frame.picture, self._quality, exif, xmp), taken_at)

    def keep(self, photo: EncodedPhoto) -> Path:
        """Write ``photo``; return its path once it is safe. Raises StorageError."""
        path = self._folder / f"frame-{photo.decision.frame.sequence:06d}.jpg"
        try:
            durable.write_over(path, photo.jpeg)
        except OSError as error:
            raise durable.explain(error, self._folder) from error
        return path
