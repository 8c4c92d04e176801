"""The light says that photos cannot be kept as soon as it is so, and no longer than that."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from appliance.daemon.conditions import Conditions
from appliance.daemon.watches.photo_space import PhotoSpaceWatch
from appliance.errors import NoSpaceError
from appliance.light.states import Condition
from appliance.storage import durable
from appliance.storage.photos import PhotoStore

NOISE = np.random.default_rng(1).integers(0, 255, (200, 200, 3), np.uint8)
KEEP_FREE = 100_000_000


class Card:
    """A card with so much room, a store on it, and what its watch has told."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.free = 10**12
        self.now = 0.0
        self.in_words: list[bool] = []
        self.conditions = Conditions()
        self.conditions.subscribe(lambda _, present: self.in_words.append(present))
        monkeypatch.setattr(durable, "free_bytes", lambda _: self.free)
        self.store = PhotoStore(folder, keep_free_mb=100)
        self.watch = PhotoSpaceWatch(self.conditions, lambda: self.store)

    def look(self) -> list[bool]:
        """What is told at the next look."""
        self.in_words.clear()
        self.now += self.watch.interval
        self.watch.poll(self.now)
        return self.in_words

    def lose_a_photo(self) -> None:
        self.conditions.set(Condition.STORAGE_FAULT, True)


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Card:
    return Card(tmp_path, monkeypatch)


def test_a_card_that_becomes_full_is_reported_before_a_photo_is_lost_and_so_is_room_on_it(card: Card) -> None:
    assert card.look() == []
    card.free = KEEP_FREE - 1
    assert card.look() == [True]
    assert card.look() == []
    card.free = 2 * KEEP_FREE
    assert card.look() == [False]


def test_room_for_less_than_a_photo_is_no_room(card: Card) -> None:
    card.store.save(NOISE, datetime(2026, 1, 1, tzinfo=UTC))
    card.free = KEEP_FREE + 100
    assert card.look() == [True]
    with pytest.raises(NoSpaceError):
        card.store.save(NOISE, datetime(2026, 1, 1, tzinfo=UTC))
    assert card.look() == []


def test_a_lost_photo_is_reported_until_a_file_can_be_written_again(
    card: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card.lose_a_photo()
    with monkeypatch.context() as broken:
        broken.setattr(durable, "probe", lambda _: (_ for _ in ()).throw(OSError(5, "Input/output error")))
        assert card.look() == []
    assert card.look() == [False]


def test_it_writes_nothing_while_all_is_well(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable, "probe", lambda _: pytest.fail("a file was written"))
    assert card.look() == []


def test_it_looks_only_now_and_then(card: Card) -> None:
    card.look()
    card.free = 0
    card.watch.poll(card.now + card.watch.interval / 2)
    assert card.in_words == []


def test_a_folder_that_has_gone_is_reported(
    card: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    tmp_path.rmdir()
    assert card.look() == [True]


def test_a_photo_lost_while_it_looks_is_not_talked_away(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card.store, "check_space", card.lose_a_photo)
    assert card.look() == [True]
