"""The number of the next photo, with and without a counter to believe."""

import re
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.storage.photo_names import HIGHEST_NUMBER
from appliance.storage.photos import PhotoStore

NOON = datetime(2026, 11, 21, 12, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
BLUE = np.full((48, 64, 3), (255, 0, 0), np.uint8)
COUNTER = ".smart-selfie-counter"


@pytest.fixture
def store(tmp_path: Path) -> PhotoStore:
    return PhotoStore(tmp_path)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_numbers_go_on_after_the_photos_were_taken_away(store: PhotoStore, tmp_path: Path) -> None:
    store.save(BLUE, NOON).unlink()
    assert PhotoStore(tmp_path).save(BLUE, NOON).name.startswith("selfie-000002-")


@pytest.mark.parametrize("content", [b"", b"\0\0\0\0", b"-5", b"one", b"9" * 40, "١٢".encode()])
def test_a_corrupt_counter_is_reported_and_the_photos_are_counted_instead(
    store: PhotoStore, tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    first = store.save(BLUE, NOON)
    (tmp_path / COUNTER).write_bytes(content)
    for again in (store, PhotoStore(tmp_path)):
        assert again.save(BLUE, NOON).exists()
    assert names(tmp_path)[1:] == [
        first.name,
        first.name.replace("01", "02", 1),
        first.name.replace("01", "03", 1),
    ]
    assert "counter" in caplog.text


def test_a_counter_that_cannot_be_read_is_reported_and_loses_no_photo(
    store: PhotoStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / COUNTER).mkdir()
    assert store.save(BLUE, NOON).name.startswith("selfie-000001-")
    assert store.save(BLUE, NOON).name.startswith("selfie-000002-")
    assert "cannot be read" in caplog.text
    assert "not written" in caplog.text


def test_a_number_that_power_kept_from_being_counted_is_not_given_again(
    store: PhotoStore, tmp_path: Path
) -> None:
    last = store.save(BLUE, NOON)
    (tmp_path / COUNTER).write_text("0\n")
    again = PhotoStore(tmp_path)
    again.prepare()
    again.delete(last.name)
    assert PhotoStore(tmp_path).save(BLUE, NOON).name > last.name


def test_a_lost_counter_never_overwrites(store: PhotoStore, tmp_path: Path) -> None:
    store.save(BLUE, NOON)
    (tmp_path / COUNTER).unlink()
    assert PhotoStore(tmp_path).save(BLUE, NOON).name.startswith("selfie-000002-")


def test_a_counter_behind_the_photos_never_overwrites(store: PhotoStore, tmp_path: Path) -> None:
    store.save(BLUE, NOON)
    (tmp_path / COUNTER).write_bytes(b"0\n")
    assert PhotoStore(tmp_path).save(BLUE, NOON).name.startswith("selfie-000002-")


def test_a_name_that_appears_meanwhile_is_stepped_over(store: PhotoStore, tmp_path: Path) -> None:
    store.save(BLUE, NOON)
    foreign = tmp_path / "selfie-000002-20261121-120000.jpg"
    foreign.write_bytes(b"somebody's")
    assert store.save(BLUE, NOON).name.startswith("selfie-000003-")
    assert foreign.read_bytes() == b"somebody's"


@given(
    st.lists(st.integers(0, HIGHEST_NUMBER), max_size=8), st.one_of(st.none(), st.integers(0, HIGHEST_NUMBER))
)
def test_the_next_number_is_above_every_photo_and_the_counter(
    tmp_path_factory: pytest.TempPathFactory, taken: list[int], counted: int | None
) -> None:
    folder = tmp_path_factory.mktemp("photos")
    for number in taken:
        (folder / f"selfie-{number:06d}-20261121-120000.jpg").touch()
    if counted is not None:
        (folder / COUNTER).write_bytes(b"%d\n" % counted)
    name = PhotoStore(folder).save(BLUE, NOON).name
    match = re.fullmatch(r"selfie-(\d+)-20261121-120000\.jpg", name)
    assert match
    number = int(match[1])
    assert number == max([*taken, counted or 0]) + 1


def test_two_programs_in_one_folder_never_give_the_same_number(tmp_path: Path) -> None:
    paths: list[list[Path]] = [[] for _ in range(4)]

    def save(mine: list[Path]) -> None:
        store = PhotoStore(tmp_path)
        mine.extend(store.save(BLUE, NOON) for _ in range(10))

    threads = [threading.Thread(target=save, args=(mine,)) for mine in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = [int(path.name[7:13]) for mine in paths for path in mine]
    assert sorted(numbers) == list(range(1, 41))
    assert all(mine == sorted(mine) for mine in paths)
