"""The list of real group photos by which the bench of the moment measures."""

from pathlib import Path

import pytest

from models.training.errors import BadDataError
from models.training.moment.groups import groups
from models.training.moment.recordings import RATE


@pytest.mark.shared_data
def test_every_photo_of_the_list_is_there_and_shown_for_as_long_as_asked(shared_data: Path) -> None:
    shown = [(all_smile, list(frames)) for all_smile, frames in groups(shared_data / "faces", 0.1)]
    assert {len(frames) for _, frames in shown} == {round(0.1 * RATE)}
    assert min(sum(all_smile is kind for all_smile, _ in shown) for kind in (True, False)) >= 15


def test_a_photo_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadDataError, match=r"wider_train.*cannot be read"):
        [list(frames) for _, frames in groups(tmp_path, 1.0)]
