"""Which photos of single people the bench of the moment takes for plain cases."""

from pathlib import Path

import numpy as np
import pytest

from models.training.genki import read_labels
from models.training.moment.portraits import Portrait, readers, readers_agree

PLAIN_SMILE, ARGUED_ABOUT, NEVER_READ = "file0001.jpg", "file3801.jpg", "somebody.jpg"


def portrait(file: str, smiles: bool) -> Portrait:
    return Portrait(file, np.zeros((200, 200, 3), np.uint8), smiles, True, (50, 50, 100))


def test_a_face_on_which_a_reader_contradicts_the_label_is_not_a_plain_case() -> None:
    assert readers_agree(portrait(PLAIN_SMILE, smiles=True))
    assert not readers_agree(portrait(PLAIN_SMILE, smiles=False))


@pytest.mark.parametrize("smiles", [True, False])
def test_a_face_of_which_a_reader_was_not_sure_is_not_a_plain_case(smiles: bool) -> None:
    assert not readers_agree(portrait(ARGUED_ABOUT, smiles))


@pytest.mark.parametrize("smiles", [True, False])
def test_a_photo_that_nobody_read_stands_on_its_label(smiles: bool) -> None:
    assert readers_agree(portrait(NEVER_READ, smiles))


@pytest.mark.shared_data
def test_plain_cases_of_both_kinds_are_many_among_the_photos_that_were_read(shared_data: Path) -> None:
    labels = read_labels(shared_data / "genki_dev" / "labels.csv", ("file", "smile"))
    read = [portrait(row["file"], row["smile"] == "1") for row in labels if row["file"] in readers()]
    assert len(read) == len(readers()), "every photo that was read is in the list"
    plain = [one for one in read if readers_agree(one)]
    assert sum(one.smiles for one in plain) >= 600
    assert sum(not one.smiles for one in plain) >= 300
