"""Undo of an edit takes back the edit and nothing else."""

from pathlib import Path

import pytest

from appliance.config import load_config
from appliance.errors import ConfigError
from tests.support.edited_file import File

OURS = "rule:\n  min_faces: 1  # us two\n  mode: button\n"


@pytest.fixture
def file(tmp_path: Path) -> File:
    return File(tmp_path)


def test_undo_does_not_take_back_what_somebody_else_has_changed_since(file: File) -> None:
    file.write(OURS)
    file.set("rule.min_faces", 2)
    file.vi("min_faces: 2", "min_faces: 7")
    with pytest.raises(ConfigError, match=r"config.yaml: rule.min_faces: was changed by somebody else since"):
        file.form.undo()
    assert "min_faces: 7" in file.read()
    assert file.form.undo() == []


def test_undo_of_what_somebody_has_deleted_since_brings_nothing_back(file: File) -> None:
    file.write("rule:\n  mode: button\n")
    file.set("rule.min_faces", 2)
    file.vi("  min_faces: 2\n", "")
    with pytest.raises(ConfigError, match="somebody else"):
        file.form.undo()
    assert file.read() == "rule:\n  mode: button\n"


def test_undo_keeps_what_somebody_else_wrote_elsewhere_since(file: File) -> None:
    file.write(OURS)
    file.set("rule.min_faces", 2)
    file.vi("us two", "us  three")
    file.vi("mode: button", "mode:  button   # a press\n  max_faces:  9")
    file.form.undo()
    assert file.read() == (
        "rule:\n  min_faces: 1  # us  three\n  mode:  button   # a press\n  max_faces:  9\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        ("min_size: 48\n", "min_size: 48\n  # small ones\n", "faces:\n  detector: cnn\n  # small ones\n"),
        ("  min_size: 48", "  # small ones\n  min_size: 48", "faces:\n  detector: cnn\n  # small ones\n"),
        ("min_size: 48", "min_size: 48  # small ones", "faces:\n  detector: cnn\n    # small ones\n"),
    ],
)
def test_undo_of_an_added_setting_keeps_the_remark_somebody_wrote_beside_it(
    file: File, old: str, new: str, left: str
) -> None:
    file.write("faces:\n  detector: cnn\n\n# end\n")
    file.set("faces.min_size", 48)
    file.vi(old, new)
    file.form.undo()
    assert file.read() == left + "\n# end\n"


def test_undo_of_an_added_section_keeps_what_somebody_added_to_it(file: File) -> None:
    file.write("rule:\n  mode: button\n")
    file.set("faces.min_size", 48)
    file.vi("min_size: 48\n", "min_size: 48\n  detector:  cnn # ours\n")
    file.form.undo()
    assert file.read() == "rule:\n  mode: button\n\nfaces:\n  detector:  cnn # ours\n"


def test_undo_writes_a_number_as_it_was_written(file: File) -> None:
    file.write("rule:\n  min_faces: 010\n")
    assert load_config(file.path).rule.min_faces == 8
    file.set("rule.min_faces", 3)
    file.form.undo()
    assert file.read() == "rule:\n  min_faces: 010\n"


def test_changes_are_undone_one_after_the_other(file: File) -> None:
    file.write("# mine\nrule:  # ours\n\n# last\n")
    texts = [file.read()]
    for key, value in [("rule.min_faces", 2), ("rule.expression", ["happy", "sad"]), ("faces.min_size", 48)]:
        texts.append(file.set(key, value))
    assert file.set("rule.min_faces", 2) == texts[-1]
    file.form.undo()
    for text in reversed(texts):
        assert file.read() == text
        file.form.undo()
