"""The bin of deleted photos is emptied while the appliance runs."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from appliance.clock import VirtualClock
from appliance.daemon.watches.emptying import BinWatch
from appliance.errors import StorageError
from appliance.storage.bin import UNDO_SECONDS
from appliance.storage.photos import PhotoStore

GREY = np.full((48, 64, 3), 128, np.uint8)
NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


def test_what_has_been_in_the_bin_for_long_enough_goes_and_nothing_goes_within_a_minute(
    tmp_path: Path,
) -> None:
    clock = VirtualClock()
    store = PhotoStore(tmp_path, bin_hours=0, clock=clock, wall=clock.now)
    watch = BinWatch(lambda: store)
    store.delete(store.save(GREY, NOON).name)
    while store.binned() and clock.now() < 1000:
        clock.wait_until(clock.now() + 0.5)
        watch.poll(clock.now())
    assert UNDO_SECONDS <= clock.now() <= UNDO_SECONDS + 2 * watch.interval


def test_the_bin_of_a_folder_that_is_no_longer_used_is_emptied_too(tmp_path: Path) -> None:
    clock = VirtualClock()
    stores = []
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        stores.append(PhotoStore(tmp_path / name, bin_hours=0, clock=clock, wall=clock.now))
    old, new = stores
    used = [old]
    watch = BinWatch(lambda: used[0])
    old.delete(old.save(GREY, NOON).name)
    watch.poll(clock.now())
    used[0] = new
    for _ in range(4):
        clock.wait_until(clock.now() + watch.interval)
        watch.poll(clock.now())
    assert old.binned() == 0


def test_a_bin_that_cannot_be_emptied_is_reported_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = PhotoStore(tmp_path)
    watch = BinWatch(lambda: store)

    def fails() -> int:
        raise StorageError("The card is read-only")

    with monkeypatch.context() as broken:
        broken.setattr(store, "empty_bin", fails)
        for turn in range(5):
            watch.poll(turn * watch.interval)
    assert caplog.text.count("read-only") == 1
    watch.poll(5 * watch.interval)
    shutil.rmtree(tmp_path)
    watch.poll(6 * watch.interval)
    assert caplog.text.count("emptied") == 1, "a folder that has gone is told by the light"
