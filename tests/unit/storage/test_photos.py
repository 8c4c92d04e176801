"""Photos are numbered, never overwritten, whole, and say when they were taken."""

import errno
import os
import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image

import appliance
from appliance.clock import VirtualClock
from appliance.errors import NoSpaceError, StorageError
from appliance.storage import durable, jpeg, photos
from appliance.storage.photos import PhotoStore

NOON = datetime(2026, 11, 21, 12, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
BLUE = np.full((48, 64, 3), (255, 0, 0), np.uint8)
COUNTER = ".smart-selfie-counter"


@pytest.fixture
def store(tmp_path: Path) -> PhotoStore:
    return PhotoStore(tmp_path)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_photo_is_the_picture_with_its_colours_and_size(store: PhotoStore) -> None:
    with Image.open(store.save(BLUE, NOON)) as photo:
        assert (photo.format, photo.mode, photo.size) == ("JPEG", "RGB", (64, 48))
        assert photo.getpixel((10, 10)) == pytest.approx((0, 0, 255), abs=3)


def test_a_part_of_a_larger_picture_is_kept_as_well(store: PhotoStore) -> None:
    picture = np.zeros((50, 80, 3), np.uint8)
    picture[10:30, 20:60] = (0, 0, 255)
    with Image.open(store.save(picture[10:30, 20:60], NOON)) as photo:
        assert photo.size == (40, 20)
        assert photo.getpixel((20, 10)) == pytest.approx((255, 0, 0), abs=3)


def test_a_photo_says_when_and_with_what_it_was_taken(tmp_path: Path) -> None:
    store = PhotoStore(tmp_path)
    with Image.open(store.save(BLUE, NOON)) as photo:
        exif = photo.getexif()
    base = ExifTags.Base
    assert exif[base.Make] == "Smart Selfie"
    assert exif[base.Model] == "smart-selfie"
    assert exif[base.Software] == f"smart-selfie {appliance.__version__}"
    assert exif[base.Orientation] == 1
    times = exif.get_ifd(ExifTags.IFD.Exif)
    assert times[base.DateTimeOriginal] == "2026:11:21 12:00:00"
    assert times[base.SubsecTimeOriginal] == "123456"
    assert times[base.OffsetTimeOriginal] == "+05:30"
    assert not exif.get_ifd(ExifTags.IFD.GPSInfo)


def test_a_time_without_zone_claims_no_offset(store: PhotoStore) -> None:
    with Image.open(store.save(BLUE, NOON.replace(tzinfo=None))) as photo:
        assert ExifTags.Base.OffsetTimeOriginal not in photo.getexif().get_ifd(ExifTags.IFD.Exif)


def test_the_same_picture_at_the_same_time_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
    one, two = (PhotoStore(tmp_path / name).save(BLUE, NOON) for name in "ab")
    assert one.name == two.name
    assert one.read_bytes() == two.read_bytes()


def test_group_may_read_it_and_others_may_not_whatever_the_umask(store: PhotoStore) -> None:
    before = os.umask(0o077)
    try:
        path = store.save(BLUE, NOON)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_nothing_else_is_left_in_the_folder(store: PhotoStore, tmp_path: Path) -> None:
    path = store.save(BLUE, NOON)
    assert names(tmp_path) == [COUNTER, path.name]


def test_a_clock_that_repeats_never_overwrites(tmp_path: Path) -> None:
    kept = {}
    for _ in range(5):  # as after each start of a Pi without a battery clock
        store = PhotoStore(tmp_path)
        for shade in range(3):
            path = store.save(np.full((8, 8, 3), shade * 80, np.uint8), NOON)
            assert path not in kept
            kept[path] = path.read_bytes()
    assert all(path.read_bytes() == data for path, data in kept.items())


def test_what_a_crash_left_is_removed_at_the_start_and_nothing_else(
    store: PhotoStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    left = tmp_path / ".smart-selfie-0123456789abcdef.part"
    left.write_bytes(b"half a photo")
    others = [".smart-selfie-notes.part", "x.part", ".smart-selfie-0123456789abcdef.part.txt", ".hidden"]
    for name in others:
        (tmp_path / name).touch()
    (tmp_path / ".smart-selfie-fedcba9876543210.part").mkdir()
    assert store.prepare() == 1
    assert not left.exists()
    assert names(tmp_path) == sorted([*others, ".smart-selfie-fedcba9876543210.part"])
    assert "Removed 1" in caplog.text


def test_a_check_tries_every_step_that_a_photo_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_old: Path, new: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", str(new))

    store = PhotoStore(tmp_path)
    store.check()
    monkeypatch.setattr(durable, "rename_new", refuse)
    with pytest.raises(StorageError, match="No permission"):
        store.check()
    assert list(tmp_path.iterdir()) == []


def test_who_keeps_the_folder_locked_costs_five_seconds_once_and_no_photo(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = VirtualClock()
    store = PhotoStore(tmp_path, clock=clock)
    unfinished = tmp_path / ".smart-selfie-0123456789abcdef.part"
    unfinished.touch()  # of the other program, perhaps
    with durable.locked(tmp_path):
        photos = {store.save(BLUE, NOON) for _ in range(4)}
        assert store.prepare() == 0
    assert len(photos) == 4
    assert all(photo.exists() for photo in photos)
    assert durable.LOCK_SECONDS <= clock.now() < durable.LOCK_SECONDS + 1
    assert caplog.text.count("locked") == 1
    assert store.save(BLUE, NOON).exists()
    assert store.prepare() == 1


def test_a_folder_that_does_not_exist_is_named_with_the_way_out(tmp_path: Path) -> None:
    missing = tmp_path / "photos"
    for use in (
        PhotoStore(missing).check,
        PhotoStore(missing).prepare,
        lambda: PhotoStore(missing).save(BLUE, NOON),
    ):
        with pytest.raises(StorageError, match=f"{missing} does not exist.*mkdir -p {missing}"):
            use()
    assert not missing.exists()


def test_a_folder_that_comes_back_is_used_again(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    store = PhotoStore(folder)
    with pytest.raises(StorageError):
        store.save(BLUE, NOON)
    folder.mkdir()
    assert store.save(BLUE, NOON).exists()


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "photos").touch()
    store = PhotoStore(tmp_path / "photos")
    for use in (store.check, store.prepare, lambda: store.save(BLUE, NOON)):
        with pytest.raises(StorageError, match="is not a folder"):
            use()


def test_space_that_must_stay_free_stays_free(tmp_path: Path) -> None:
    store = PhotoStore(tmp_path, keep_free_mb=1_000_000_000)
    for use in (store.check, store.prepare, lambda: store.save(BLUE, NOON)):
        with pytest.raises(NoSpaceError, match="keep_free_mb"):
            use()
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((8, 8), np.uint8),
        np.zeros((8, 8, 4), np.uint8),
        np.zeros((8, 8, 3), np.float32),
        np.zeros((1, jpeg.MAX_SIDE + 1, 3), np.uint8),
    ],
    ids=["empty", "grey", "four channels", "floats", "too wide"],
)
def test_what_is_not_a_picture_is_refused(store: PhotoStore, tmp_path: Path, picture: Any) -> None:
    with pytest.raises(StorageError):
        store.save(picture, NOON)
    assert names(tmp_path) == []


def test_a_picture_of_one_pixel_is_a_photo(store: PhotoStore) -> None:
    with Image.open(store.save(np.zeros((1, 1, 3), np.uint8), NOON)) as photo:
        assert photo.size == (1, 1)


def test_a_photo_is_bounded_in_bytes(
    store: PhotoStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "MAX_PHOTO_BYTES", 500)
    with pytest.raises(StorageError, match="too large"):
        store.save(np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8), NOON)
    assert names(tmp_path) == []
