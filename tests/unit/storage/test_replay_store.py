"""Photos of a recording are the same in every run."""

from pathlib import Path

import pytest

from appliance.errors import StorageError
from appliance.storage.replay_store import ReplayStore
from tests.support.strategies import decision_on, frame


def test_photos_are_named_by_frame_and_the_same_in_every_run(tmp_path: Path) -> None:
    decision = decision_on(frame(2.5, 75))
    stores = [ReplayStore(tmp_path / name, 90) for name in ("once", "again")]
    once, again = (store.keep(store.encode(decision)) for store in stores)
    assert once.name == "frame-000075.jpg"
    assert once.read_bytes() == again.read_bytes()


def test_a_folder_that_cannot_be_made_is_reported_before_the_work_begins(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        ReplayStore(tmp_path / "file" / "photos", 90)
