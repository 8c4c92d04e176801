"""Deleted photos can be restored for a while, and give their space to new ones."""

import errno
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from appliance.clock import VirtualClock
from appliance.errors import NoSpaceError, StorageError
from appliance.export import export
from appliance.storage import durable
from appliance.storage.bin import BIN, UNDO_SECONDS
from appliance.storage.photo_names import photos_of
from appliance.storage.photos import PhotoStore

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
NOISE = np.random.default_rng(1).integers(0, 255, (200, 200, 3), np.uint8)
DAY = 24 * 3600
KEEP_FREE = 100_000_000


class Time:
    """Time of day, and the clock that never goes back."""

    def __init__(self) -> None:
        self.wall = 1_790_000_000.0
        self.clock = VirtualClock()

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.clock.wait_until(self.clock.now() + seconds)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def opened(tmp_path: Path, time: Time) -> Callable[[], PhotoStore]:
    """Open the store, as the appliance does at each start."""
    return lambda: PhotoStore(
        tmp_path, keep_free_mb=100, bin_hours=24, clock=time.clock, wall=lambda: time.wall
    )


@pytest.fixture
def store(opened: Callable[[], PhotoStore]) -> PhotoStore:
    return opened()


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[int], None]:
    """Make the card have so many bytes free above what must stay free, and more when files go."""

    def fill(spare: int) -> None:
        used = card_use(tmp_path)
        monkeypatch.setattr(durable, "free_bytes", lambda _: KEEP_FREE + spare + used - card_use(tmp_path))

    return fill


def card_use(folder: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*.jpg"))


def in_bin(folder: Path) -> list[str]:
    return sorted(path.name.partition("-")[2] for path in (folder / BIN).iterdir())


def test_a_deleted_photo_is_whole_in_the_bin_and_comes_back_as_it_was(
    store: PhotoStore, tmp_path: Path
) -> None:
    photo = store.save(NOISE, NOON)
    before, about = photo.read_bytes(), photo.stat()
    assert store.delete(photo.name) is True
    assert not photo.exists()
    assert in_bin(tmp_path) == [photo.name]
    assert store.binned() == 1
    store.restore(photo.name)
    assert photo.read_bytes() == before
    assert (photo.stat().st_mtime_ns, photo.stat().st_ino) == (about.st_mtime_ns, about.st_ino)
    assert store.binned() == 0


def test_a_deleted_photo_is_neither_shown_nor_exported_and_its_number_is_not_given_again(
    store: PhotoStore, tmp_path: Path, opened: Callable[[], PhotoStore]
) -> None:
    first, second = store.save(NOISE, NOON), store.save(NOISE, NOON)
    store.delete(second.name)
    (tmp_path / ".smart-selfie-counter").unlink()
    assert photos_of(tmp_path) == [first]
    stick = tmp_path / "stick"
    stick.mkdir()
    export(tmp_path, stick)
    assert [path.name for path in stick.rglob("selfie-*")] == [first.name]
    assert opened().save(NOISE, NOON).name.startswith("selfie-000003-")


def test_the_bin_survives_a_restart_and_is_emptied_a_day_after_the_deletion(
    store: PhotoStore, opened: Callable[[], PhotoStore], time: Time
) -> None:
    photo = store.save(NOISE, NOON)
    store.delete(photo.name)
    time.passes(DAY - 120)
    again = opened()
    assert again.empty_bin() == 0
    time.passes(119)
    assert again.empty_bin() == 0
    time.passes(1)
    assert again.empty_bin() == 1
    with pytest.raises(StorageError, match="no longer in the bin"):
        again.restore(photo.name)


def test_a_clock_that_jumps_ahead_by_years_leaves_the_minute_for_undo(store: PhotoStore, time: Time) -> None:
    photo = store.save(NOISE, NOON)
    store.delete(photo.name)
    time.wall += 3 * 365 * DAY
    assert store.empty_bin() == 0
    time.passes(UNDO_SECONDS - 1)
    assert store.empty_bin() == 0
    store.restore(photo.name)


def test_a_clock_that_goes_back_does_not_keep_it_for_years(store: PhotoStore, time: Time) -> None:
    store.delete(store.save(NOISE, NOON).name)
    time.wall -= 3 * 365 * DAY
    assert store.empty_bin() == 0
    time.passes(DAY)
    assert store.empty_bin() == 1


def test_of_a_photo_deleted_twice_each_deletion_is_told(store: PhotoStore) -> None:
    photo = store.save(NOISE, NOON)
    store.delete(photo.name)
    with pytest.raises(StorageError, match="already gone"):
        store.delete(photo.name)
    store.restore(photo.name)
    with pytest.raises(StorageError, match="no longer in the bin"):
        store.restore(photo.name)
    assert store.delete(photo.name) is True


def test_a_photo_that_was_copied_back_by_hand_is_not_overwritten_by_undo(
    store: PhotoStore, tmp_path: Path
) -> None:
    photo = store.save(NOISE, NOON)
    store.delete(photo.name)
    photo.write_bytes(b"by hand")
    with pytest.raises(StorageError, match="back already"):
        store.restore(photo.name)
    assert photo.read_bytes() == b"by hand"
    store.delete(photo.name)
    assert in_bin(tmp_path) == [photo.name, photo.name]
    store.restore(photo.name)
    assert photo.read_bytes() == b"by hand"


def test_a_new_photo_on_a_full_card_takes_the_space_of_the_oldest_deletions_only(
    store: PhotoStore, tmp_path: Path, full: Callable[[int], None], time: Time
) -> None:
    photos = [store.save(NOISE, NOON) for _ in range(4)]
    for photo in photos[:3]:
        store.delete(photo.name)
        time.passes(1)
    full(0)
    store.check_space()
    assert store.binned() == 3, "nothing goes before it is needed"
    assert store.spare_bytes() > 0, "a new photo would get it"
    new = store.save(NOISE, NOON)
    assert in_bin(tmp_path) == [photos[1].name, photos[2].name]
    assert photos_of(tmp_path) == [photos[3], new]


def test_a_card_that_is_full_even_without_its_bin_is_told(
    store: PhotoStore, full: Callable[[int], None]
) -> None:
    store.delete(store.save(NOISE, NOON).name)
    full(-10_000_000)
    with pytest.raises(NoSpaceError):
        store.check_space()
    with pytest.raises(NoSpaceError):
        store.save(NOISE, NOON)


def test_on_a_card_too_full_for_the_bin_a_photo_is_deleted_at_once(
    store: PhotoStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = store.save(NOISE, NOON)

    def no_space(_: Path, mode: int, exist_ok: bool) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", no_space)
    assert store.delete(photo.name) is False
    assert photos_of(tmp_path) == []


def test_a_card_that_cannot_be_written_keeps_the_photo_and_says_why(
    store: PhotoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = store.save(NOISE, NOON)

    def read_only(_: Path, __: Path) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(durable, "rename_new", read_only)
    with pytest.raises(StorageError, match="read-only"):
        store.delete(photo.name)
    assert photo.exists()


@pytest.mark.parametrize("step", ["rename_new", "sync_folder"])
def test_a_power_cut_at_any_step_leaves_the_photo_in_one_of_the_two_places(
    store: PhotoStore,
    opened: Callable[[], PhotoStore],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    photo = store.save(NOISE, NOON)
    whole = photo.read_bytes()

    class CutError(BaseException):
        pass

    def cut(*_: object) -> None:
        raise CutError

    with monkeypatch.context() as power:
        power.setattr(durable, step, cut)
        with pytest.raises(CutError):
            store.delete(photo.name)
    again = opened()
    again.prepare()
    if not photo.exists():
        again.restore(photo.name)
    assert photo.read_bytes() == whole
    assert again.binned() == 0


def test_only_photos_are_taken_into_the_bin_and_out_of_it(store: PhotoStore, tmp_path: Path) -> None:
    name = "selfie-000009-20261121-120000.jpg"
    (tmp_path / name).symlink_to("/etc/hostname")
    with pytest.raises(StorageError, match="already gone"):
        store.delete(name)
    for wrong in ("../config.yaml", ".smart-selfie-counter", ""):
        with pytest.raises(StorageError, match="not the name of a photo"):
            store.delete(wrong)
        with pytest.raises(StorageError, match="not the name of a photo"):
            store.restore(wrong)
    (tmp_path / BIN).mkdir(exist_ok=True)
    (tmp_path / BIN / "note.txt").write_text("by hand")
    assert store.binned() == 0
    assert store.empty_bin() == 0
    assert (tmp_path / BIN / "note.txt").exists()
