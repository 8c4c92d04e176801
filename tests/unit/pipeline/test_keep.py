"""A photo is passed on once it is kept; one that cannot be kept is told, and the next one is tried."""

from pathlib import Path

import pytest

from appliance.config.schema import MomentSettings
from appliance.line.inbox import Inbox
from appliance.pipeline.keep import Keeper
from appliance.records.decision import EncodedPhoto
from appliance.storage.jpeg import encoded
from tests.support.photo_cards import NOON, Card
from tests.support.strategies import frame, photo_on


def of_size(number: int, megabytes: float) -> EncodedPhoto:
    return encoded(photo_on(frame(float(number), number)), bytes(int(megabytes * 1_000_000)), NOON)


def test_a_photo_that_is_lost_is_reported_and_the_next_one_is_kept() -> None:
    card, faults = Card(), list[bool]()
    keeper = Keeper(card, faults.append)
    first, lost, last = (of_size(number, 0.1) for number in range(3))
    assert [photo.path for photo in keeper.process(first)] == [Path("0.jpg")]
    card.whole = False
    assert keeper.process(lost) == ()
    card.whole = True
    (photo,) = keeper.process(last)
    assert photo.decision is last.decision
    assert faults == [False, True, False]


def test_what_waits_for_a_slow_card_is_bounded_in_bytes_and_what_is_lost_is_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults: list[bool] = []
    keeper = Keeper(Card(), faults.append, MomentSettings(memory_mb=20))
    inbox: Inbox[EncodedPhoto] = Inbox(
        keeper.capacity, bytes_of=keeper.bytes_of, most_bytes=keeper.most_bytes, lost=keeper.lost
    )
    for number in range(21):
        inbox.put(of_size(number, 1.0))
    assert len(inbox) == 20
    assert faults == [True]
    assert "photo of frame 0 is lost: storage is slower" in caplog.text
    keeper.use(MomentSettings(memory_mb=1))
    inbox.put(of_size(99, 2.0))
    left = [photo.decision.frame.sequence for photo in iter(lambda: inbox.get(0), None)]
    assert left == [99], "a single one always finds room"
