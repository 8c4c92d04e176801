"""What somebody wrote into config.yaml stays as it is, whatever the form or web-password changes there."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from appliance.config.template import render
from appliance.editing.edit import put
from appliance.editing.settings_file import SettingsFile, edited
from appliance.errors import ConfigError
from appliance.storage import durable
from tests.support.edited_file import File

OURS = "rule:\n  min_faces: 1  # us two\n  mode: button\n"


@pytest.fixture
def file(tmp_path: Path) -> File:
    return File(tmp_path)


@pytest.mark.parametrize(
    ("before", "key", "value", "after"),
    [
        pytest.param(
            "# my notes\n", "rule.mode", "button", "# my notes\n\nrule:\n  mode: button\n", id="only remarks"
        ),
        pytest.param("", "rule.mode", "button", "rule:\n  mode: button\n", id="nothing at all"),
        pytest.param("# mine", "rule.mode", "button", "# mine\n\nrule:\n  mode: button\n", id="no line end"),
        pytest.param(
            "rule:\n  mode: button\n  # min_faces: 3\n\n# Where photos lie.\nstorage:\n  quality: 90\n",
            "rule.min_faces",
            2,
            "rule:\n  mode: button\n  min_faces: 2\n  # min_faces: 3\n\n# Where photos lie.\n"
            "storage:\n  quality: 90\n",
            id="added before the next heading",
        ),
        pytest.param(
            "rule:\n  # min_faces: 3\n\n# Where photos lie.\nstorage:\n  quality: 90\n",
            "rule.min_faces",
            2,
            "rule:\n  min_faces: 2\n  # min_faces: 3\n\n# Where photos lie.\nstorage:\n  quality: 90\n",
            id="a section of remarks",
        ),
        pytest.param(
            "storage:\n  quality: 90\n  # folder: /mnt\n# the end\n",
            "rule.min_faces",
            2,
            "storage:\n  quality: 90\n  # folder: /mnt\n# the end\n\nrule:\n  min_faces: 2\n",
            id="a new section after everything",
        ),
        pytest.param(
            "rule:\n  expression:\n  - happy\n  - sad  # at times\n  mode: button\n",
            "rule.expression",
            ["happy", "surprise"],
            "rule:\n  expression: [happy, surprise]  # at times\n  mode: button\n",
            id="a list",
        ),
        pytest.param(
            "rule:\n  expression: [happy,\n    sad] # at times\n  mode: button\n",
            "rule.expression",
            "happy",
            "rule:\n  expression: happy # at times\n  mode: button\n",
            id="a list in brackets over two lines",
        ),
        pytest.param(
            "rule:\n  who:\n    at_least: 3  # of us\n# next\nstorage:\n  quality: 90\n",
            "rule.who",
            "everyone",
            "rule:\n  who: everyone  # of us\n# next\nstorage:\n  quality: 90\n",
            id="keys of its own",
        ),
        pytest.param(
            "rule:\n  mode: button\n...\n# what I had before: always_armed\n",
            "rule.mode",
            "always_armed",
            "rule:\n  mode: always_armed\n...\n# what I had before: always_armed\n",
            id="text after the end",
        ),
        pytest.param(
            "---\nrule:\n  mode: button\n...\n# end\n",
            "faces.min_size",
            48,
            "---\nrule:\n  mode: button\n\nfaces:\n  min_size: 48\n...\n# end\n",
            id="a new section before the end",
        ),
        pytest.param(
            "\ufeffrule:\r\n    mode: button   # ours\r\n",
            "rule.min_faces",
            2,
            "\ufeffrule:\r\n    mode: button   # ours\r\n    min_faces: 2\r\n",
            id="a file from Windows, four spaces",
        ),
        pytest.param(
            "\ufeffrule:\r\n    mode:   button\r\n",
            "faces.min_size",
            48,
            "\ufeffrule:\r\n    mode:   button\r\n\r\nfaces:\r\n    min_size: 48\r\n",
            id="a new section in a file from Windows",
        ),
        pytest.param(
            "rule: {mode:   button} # short\nfaces: {}\n",
            "rule.min_faces",
            2,
            "rule: {mode:   button, min_faces: 2} # short\nfaces: {}\n",
            id="a section in braces",
        ),
        pytest.param("rule: {}  # x\n", "rule.min_faces", 2, "rule: {min_faces: 2}  # x\n", id="braces"),
        pytest.param(
            "rule:\n  mode: 'button'\n  min_faces:   010\n",
            "rule.mode",
            "always_armed",
            "rule:\n  mode: always_armed\n  min_faces:   010\n",
            id="numbers as they were written",
        ),
    ],
)
def test_only_the_setting_is_changed_and_undo_gives_back_every_character(
    file: File, before: str, key: str, value: Any, after: str
) -> None:
    file.write(before)
    assert file.set(key, value) == after
    assert file.form.undo() == [key]
    assert file.read() == before


def test_a_setting_of_the_shipped_file_saved_by_windows_is_changed_in_its_line_alone() -> None:
    text = render().replace("\n", "\r\n")
    for key in ("rule.expression", "hardware.led_pin", "people.grace_seconds", "export.label", "web.port"):
        name = key.partition(".")[2]
        changed = edited(text, {key: "none"})
        lines = zip(text.split("\r\n"), changed.split("\r\n"), strict=True)
        differ = [(old, new) for old, new in lines if old != new]
        assert [new for _, new in differ] == [f"  {name}: none"], key


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        pytest.param("rule:\n  ? min_faces\n  : 1\n", "rule.min_faces", "line 2", id="a key in two parts"),
        pytest.param("rule: ~\n", "rule.min_faces", "line 1", id="a null"),
        pytest.param("{rule: {mode: button}}\n", "faces.min_size", "the file", id="all in braces"),
        pytest.param(
            "rule:\n  expression:\n    # of course\n    - happy\n",
            "rule.expression",
            "line 2",
            id="a comment in a list",
        ),
        pytest.param(
            "rule:\n  expression: [happy, # always\n    sad]\n",
            "rule.expression",
            "line 2",
            id="a comment in brackets",
        ),
        pytest.param("rule:\n  min_faces: # us\n    1\n", "rule.min_faces", "line 2", id="on the next line"),
        pytest.param("rule: &a\n  mode: &a button\n", "rule.min_faces", "line 1", id="one anchor twice"),
    ],
)
def test_a_change_that_cannot_keep_everything_else_is_refused_with_the_line_to_edit(
    text: str, key: str, line: str
) -> None:
    with pytest.raises(ConfigError, match=rf"{key}: cannot be changed .* edit {line} by hand"):
        put(text, key, 2)


def test_a_byte_order_mark_inside_is_refused() -> None:
    with pytest.raises(ConfigError, match="byte order mark"):
        put("# ours\n\ufeffrule:\n  mode: button\n", "rule.mode", "always_armed")


def test_a_refused_change_leaves_the_file_and_names_it(file: File) -> None:
    text = "rule:\n  expression:\n    # of course\n    - happy\n"
    file.write(text)
    with pytest.raises(ConfigError, match=r"config.yaml, line 2: rule.expression: .* edit line 2 by hand"):
        file.set("rule.expression", "sad")
    assert file.read() == text


def test_what_somebody_saves_while_the_form_writes_is_not_lost(
    file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write(OURS)

    def slow(*_: Any) -> None:
        file.vi("mode: button", "mode: always_armed")

    monkeypatch.setattr("appliance.editing.settings_file.check_text", slow)
    with pytest.raises(ConfigError, match="at the same time; try again"):
        file.set("rule.min_faces", 2)
    assert file.read() == OURS.replace("button", "always_armed")


def test_a_link_stays_one_and_the_file_it_leads_to_is_changed(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    real = tmp_path / "mine" / "selfie.yaml"
    real.parent.mkdir()
    real.write_text(OURS)
    link = tmp_path / "etc" / "config.yaml"
    link.symlink_to("../mine/selfie.yaml")
    SettingsFile(link).change({"rule.min_faces": 2})
    assert link.readlink() == Path("../mine/selfie.yaml")
    assert real.read_text() == OURS.replace("1", "2")
    assert [one.name for one in (*link.parent.iterdir(), *real.parent.iterdir())] == [link.name, real.name]


@pytest.mark.parametrize("mode", [0o600, 0o664])
def test_who_may_read_the_file_stays_as_it_was(file: File, mode: int) -> None:
    file.write(OURS)
    file.path.chmod(mode)
    file.set("rule.min_faces", 2)
    assert stat.S_IMODE(file.path.stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_whose_file_it_is_stays_as_it_was(file: File) -> None:
    file.write(OURS)
    os.chown(file.path, 1234, 4321)
    file.set("rule.min_faces", 2)
    assert (file.path.stat().st_uid, file.path.stat().st_gid) == (1234, 4321)


def test_where_the_folder_gives_its_group_the_appliance_may_read_what_the_page_wrote_and_nobody_else_may(
    tmp_path: Path,
) -> None:
    """As /etc/smart-selfie is installed: another user writes there, and a password may be in it."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o2775)
    config = tmp_path / "shared" / "config.yaml"
    config.write_text("rule:\n  mode: button\n")
    os.chown(config, -1, os.getgid() + 1 if os.geteuid() == 0 else -1)
    config.chmod(0o644)
    durable.rewrite(config, b"rule: {}\n")
    about = config.stat()
    assert (about.st_gid, about.st_mode & 0o777) == (config.parent.stat().st_gid, 0o640)
