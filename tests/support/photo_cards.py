"""A card that keeps photos while it is whole."""

from datetime import UTC, datetime
from pathlib import Path

from appliance.errors import StorageError
from appliance.records.decision import Decision, EncodedPhoto
from appliance.storage.jpeg import encode_jpeg, encoded, make_exif

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


class Card:
    """Encodes photos as the real ones do, and keeps their numbers."""

    def __init__(self) -> None:
        self.whole = True

    def encode(self, decision: Decision) -> EncodedPhoto:
        jpeg = encode_jpeg(decision.frame.picture, 92, make_exif(NOON, "a", "b"))
        return encoded(decision, jpeg, NOON)

    def keep(self, photo: EncodedPhoto) -> Path:
        if not self.whole:
            raise StorageError("The card is broken")
        return Path(f"{photo.decision.frame.sequence}.jpg")
