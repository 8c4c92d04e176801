"""A photo waits for the card as a JPEG, not as the camera's own bytes."""

from dataclasses import replace

import numpy as np
import pytest

from appliance.config.schema import MomentSettings
from appliance.errors import StorageError
from appliance.line.inbox import Inbox
from appliance.pipeline.encode import Encoder
from appliance.records.decision import Decision, EncodedPhoto
from appliance.records.frame import Picture
from tests.support.photo_cards import Card
from tests.support.strategies import frame, photo_on


def large(number: int) -> Decision:
    """A photo of 9 MB as a webcam gives it."""
    grey = np.full((1296, 2304, 3), 128, np.uint8)
    picture = Picture(width=2304, height=1296, convert=lambda: grey)
    return photo_on(replace(frame(float(number), number), picture=picture))


def test_what_waits_for_the_card_is_the_jpeg_and_its_picture_can_still_be_seen() -> None:
    decision = large(0)
    (photo,) = Encoder(Card(), list[bool]().append).process(decision)
    waiting = photo.decision.frame.picture
    assert waiting.bytes_held == len(photo.jpeg) < 200_000
    assert waiting.bgr().shape == (1296, 2304, 3)
    assert photo.decision.people == decision.people


def test_photos_that_a_busy_board_cannot_encode_are_bounded_in_bytes_and_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults: list[bool] = []
    encoder = Encoder(Card(), faults.append, MomentSettings(memory_mb=20))
    inbox: Inbox[Decision] = Inbox(
        encoder.capacity, bytes_of=encoder.bytes_of, most_bytes=encoder.most_bytes, lost=encoder.lost
    )
    for number in range(5):
        inbox.put(large(number))
    assert len(inbox) == 2
    assert faults == [True, True, True]
    assert "photo of frame 2 is lost: the processor is slower" in caplog.text
    encoder.use(MomentSettings(memory_mb=1))
    inbox.put(large(9))
    assert [one.frame.sequence for one in iter(lambda: inbox.get(0), None)] == [9]  # one always finds room


def test_a_photo_that_is_too_large_to_keep_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    class Refuses(Card):
        def encode(self, decision: Decision) -> EncodedPhoto:
            raise StorageError("A photo of 99 MB is too large")

    faults: list[bool] = []
    assert Encoder(Refuses(), faults.append).process(large(0)) == ()
    assert faults == [True]
    assert "The photo is lost: A photo of 99 MB is too large" in caplog.text
