"""Names of photos: numbered, known to all that read them, and in order."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from appliance.storage.photo_names import HIGHEST_NUMBER, PHOTO, number_of, photos_of
from appliance.storage.photos import PhotoStore

NOON = datetime(2026, 11, 21, 12, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
BLUE = np.full((48, 64, 3), (255, 0, 0), np.uint8)


@pytest.fixture
def store(tmp_path: Path) -> PhotoStore:
    return PhotoStore(tmp_path)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_photo_is_named_by_number_and_time(store: PhotoStore, tmp_path: Path) -> None:
    assert store.save(BLUE, NOON) == tmp_path / "selfie-000001-20261121-120000.jpg"
    assert store.save(BLUE, NOON + timedelta(seconds=5)).name == "selfie-000002-20261121-120005.jpg"


@pytest.mark.parametrize(
    "slip", ["selfie-999999999-20260101-000000.jpg", "selfie-900000000-20260101-000000.jpg"]
)
def test_a_number_that_leaves_no_room_for_others_is_not_counted_on_from(
    store: PhotoStore, tmp_path: Path, slip: str
) -> None:
    (tmp_path / slip).write_bytes(b"x")
    (tmp_path / ".smart-selfie-counter").write_bytes(b"999999999\n")
    store.prepare()
    kept = store.save(BLUE, NOON)
    assert kept.name.startswith("selfie-000001-")
    assert [path.name for path in photos_of(tmp_path)] == [kept.name, slip]


def test_every_photo_that_is_kept_has_a_name_that_the_gallery_and_the_export_know(
    store: PhotoStore, tmp_path: Path
) -> None:
    for last in (999_999, HIGHEST_NUMBER):
        (tmp_path / ".smart-selfie-counter").write_bytes(b"%d\n" % last)
        assert PHOTO.fullmatch(store.save(BLUE, NOON).name)


def test_photos_are_in_the_order_of_their_numbers_also_of_more_than_six_digits(tmp_path: Path) -> None:
    names = [f"selfie-{number:06d}-20260101-000000.jpg" for number in (999_999, 1_000_000, 2, 10_000_000)]
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    assert [number_of(path.name) for path in photos_of(tmp_path)] == [2, 999_999, 1_000_000, 10_000_000]
