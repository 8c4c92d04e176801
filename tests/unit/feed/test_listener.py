"""The socket file of the feed: made, replaced after a crash, and never taken from somebody else."""

import contextlib
import socket
import stat
from pathlib import Path

import pytest

from appliance.feed.listener import open_listener


def connect(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_owner_and_group_may_connect_and_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "feed.sock"
    with contextlib.closing(open_listener(path, 1)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        connect(path)


def test_a_socket_that_a_crash_left_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "feed.sock"
    open_listener(path, 1).close()
    assert path.is_socket()
    with contextlib.closing(open_listener(path, 1)):
        connect(path)


def test_a_socket_in_use_stays_with_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "feed.sock"
    with contextlib.closing(open_listener(path, 2)):
        with pytest.raises(OSError, match="another smart-selfie uses it"):
            open_listener(path, 2)
        connect(path)


def test_another_file_of_that_name_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "feed.sock"
    path.write_text("mine")
    with pytest.raises(OSError, match="taken by another file"):
        open_listener(path, 1)
    assert path.read_text() == "mine"


def test_a_folder_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_listener(tmp_path / "missing" / "feed.sock", 1)
