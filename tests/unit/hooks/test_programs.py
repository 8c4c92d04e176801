"""Which programs may run: only those that nobody but their owner can have put there."""

import os
from pathlib import Path

import pytest

from appliance.hooks.programs import programs_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "hooks.d"
    folder.mkdir(mode=0o755)
    return folder


def program(folder: Path, name: str, mode: int = 0o755) -> Path:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return path


def found(folder: Path) -> list[str]:
    return [path.name for path in programs_of(folder, os.getuid()).paths]


def test_programs_run_in_the_order_of_their_names(folder: Path) -> None:
    for name in ("20-print", "10-tell.sh", "30_x"):
        program(folder, name)
    assert found(folder) == ["10-tell.sh", "20-print", "30_x"]


def test_a_folder_that_is_not_there_holds_none(tmp_path: Path) -> None:
    assert programs_of(tmp_path / "gone") == programs_of(tmp_path / "gone", 7)
    assert found(tmp_path / "gone") == []


@pytest.mark.parametrize("name", [".hidden", "a~", "a.bak", "README", "readme.txt", "with blank", "ä"])
def test_what_editors_leave_and_notes_are_passed_over_in_silence(folder: Path, name: str) -> None:
    program(folder, name)
    told = programs_of(folder, os.getuid())
    assert (told.paths, told.refused) == ((), {})


@pytest.mark.parametrize(("mode", "words"), [(0o644, "chmod 755"), (0o775, "go-w"), (0o757, "go-w")])
def test_a_file_that_is_not_meant_or_not_safe_is_told(folder: Path, mode: int, words: str) -> None:
    program(folder, "one", mode)
    told = programs_of(folder, os.getuid())
    assert told.paths == ()
    assert words in told.refused["one"]


def test_what_others_could_have_put_there_does_not_run(folder: Path, tmp_path: Path) -> None:
    real = program(tmp_path, "real")
    (folder / "link").symlink_to(real)
    os.mkfifo(folder / "pipe")
    (folder / "folder").mkdir()
    told = programs_of(folder, os.getuid())
    assert told.paths == ()
    assert set(told.refused) == {"link", "pipe", "folder"}
    program(folder, "one")
    stranger = programs_of(folder, os.getuid() + 1)
    assert stranger.paths == ()
    assert "chown root" in str(stranger.refused)


def test_a_folder_that_others_may_write_or_that_is_a_link_holds_none(folder: Path, tmp_path: Path) -> None:
    program(folder, "one")
    (tmp_path / "link").symlink_to(folder)
    assert found(tmp_path / "link") == []
    folder.chmod(0o775)
    assert "go-w" in str(programs_of(folder, os.getuid()).refused)
