"""A photo is passed on once it is kept; one that cannot be kept is told, and the next one is tried."""

from pathlib import Path

from appliance.errors import StorageError
from appliance.pipeline.keep import Keeper
from appliance.records.decision import Decision
from tests.support.strategies import frame, photo_on


class Card:
    """Keeps photos while it is whole."""

    def __init__(self) -> None:
        self.whole = True

    def keep(self, decision: Decision) -> Path:
        if not self.whole:
            raise StorageError("The card is broken")
        return Path(f"{decision.frame.sequence}.jpg")


def test_a_photo_that_is_lost_is_told_and_the_next_one_is_kept() -> None:
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
