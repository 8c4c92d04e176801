"""A video that is written frame by frame."""

import weakref
from pathlib import Path

import numpy as np
import pytest

from appliance.errors import StorageError
from appliance.records.frame import Colour
from appliance.storage.clip import Clip


def test_a_long_recording_takes_the_memory_of_one_picture(tmp_path: Path) -> None:
    alive: list[weakref.ref[Colour]] = []
    with Clip(tmp_path / "out.mp4", 30) as clip:
        for number in range(100):
            picture = np.full((120, 160, 3), number, np.uint8)
            alive.append(weakref.ref(picture))
            clip.add(picture, number / 30)
            del picture
            assert sum(one() is not None for one in alive) <= 1
    assert clip.frames == 100


def test_nothing_to_show_is_not_a_file(tmp_path: Path) -> None:
    with Clip(tmp_path / "out.mp4", 30):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_clip_that_cannot_be_opened_is_reported(tmp_path: Path) -> None:
    with (
        pytest.raises(StorageError, match=r"no does not exist\. Create it"),
        Clip(tmp_path / "no" / "out.mp4", 30) as clip,
    ):
        clip.add(np.zeros((120, 160, 3), np.uint8), 0.0)
