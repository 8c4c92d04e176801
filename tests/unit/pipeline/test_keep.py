"""A photo is passed on once it is kept; one that cannot be kept is told, and the next one is tried."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from appliance.config.schema import MomentSettings
from appliance.errors import StorageError
from appliance.line.inbox import Inbox
from appliance.pipeline.keep import Keeper
from appliance.records.decision import Decision
from appliance.records.frame import Picture
from tests.support.strategies import frame, photo_on


class Card:
    """Keeps photos while it is whole."""

    def __init__(self) -> None:
        self.whole = True

    def keep(self, decision: Decision) -> Path:
        if not self.whole:
            raise StorageError("The card is broken")
        return Path(f"{decision.frame.sequence}.jpg")


def test_a_photo_that_is_lost_is_reported_and_the_next_one_is_kept() -> None:
    card, faults = Card(), list[bool]()
    keeper = Keeper(card, faults.append)
    first, lost, last = (photo_on(frame(float(number), number)) for number in range(3))
    assert [photo.path for photo in keeper.process(first)] == [Path("0.jpg")]
    card.whole = False
    assert keeper.process(lost) == ()
    card.whole = True
    (photo,) = keeper.process(last)
    assert photo.decision is last
    assert faults == [False, True, False]


def test_what_waits_for_a_slow_card_is_bounded_in_bytes_and_what_is_lost_is_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults: list[bool] = []
    keeper = Keeper(Card(), faults.append, MomentSettings(memory_mb=20))
    inbox: Inbox[Decision] = Inbox(
        keeper.capacity, bytes_of=keeper.bytes_of, most_bytes=keeper.most_bytes, lost=keeper.lost
    )
    nothing = np.zeros((1, 1, 3), np.uint8)
    large = Picture(width=2304, height=1296, convert=lambda: nothing)  # 9 MB
    for number in range(5):
        inbox.put(photo_on(replace(frame(float(number), number), picture=large)))
    assert len(inbox) == 2
    assert faults == [True, True, True]
    assert "photo of frame 2 is lost: storage is slower" in caplog.text
    keeper.use(MomentSettings(memory_mb=1))
    huge = replace(large, width=4608, height=2592)
    inbox.put(photo_on(replace(frame(9.0, 9), picture=huge)))
    assert [one.frame.sequence for one in iter(lambda: inbox.get(0), None)] == [9]  # one always finds room
