"""A pipe, device, folder or link in the place of a file is told at once, wherever a file is read."""

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.clock import MonotonicClock
from appliance.config.live import LiveConfig
from appliance.daemon.conditions import Conditions
from appliance.daemon.watches.stick import StickWatch
from appliance.editing.settings_file import SettingsFile
from appliance.errors import ApplianceError
from appliance.export.copy import fingerprint, read_photo
from appliance.export.manifest import update
from appliance.hw.cameras.recording import Recording
from appliance.hw.early_light import read_note
from appliance.inference.model_file import network_file, read_description
from appliance.storage.photos import PhotoStore
from appliance.storage.regular_file import NotRegularFileError, open_regular, read_regular, trusted
from appliance.web.gallery import Gallery

PATIENCE = 60.0
"""Seconds: what waits for a pipe waits for ever."""
PHOTO = "selfie-000001-20260101-000000.jpg"
TOLD = (ApplianceError, OSError)


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_folder(path: Path) -> None:
    path.mkdir()


def a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_loop(path: Path) -> None:
    path.symlink_to(path.name)


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


KINDS = [a_pipe, a_folder, a_device, a_loop, a_socket]


def _config(path: Path) -> None:
    assert main(["check", str(path)]) == 2


def _override(path: Path) -> None:
    config = path.with_name("c.yaml")
    config.write_text("rule: {}\n")
    path.rename(config.with_name("c.override.yaml"))
    assert main(["check", str(config)]) in {0, 2}  # a loop is no override at all


def _judge(path: Path) -> None:
    assert main(["judge", str(path)]) == 1


def _settings(path: Path) -> None:
    SettingsFile(path).set_password("x")


def _gallery(path: Path) -> None:
    gallery = Gallery(path.parent, path.parent / "cache")
    assert gallery.open(path.name) is None
    assert gallery.thumbnail(path.name) is None
    assert b"".join(gallery.archive(None))


def _counter(path: Path) -> None:
    path.rename(path.with_name(".smart-selfie-counter"))
    PhotoStore(path.parent, clock=MonotonicClock()).prepare()


def _manifest(path: Path) -> None:
    path.rename(path.with_name("SHA256SUMS.txt"))
    update(path.parent, {})


def _network(path: Path) -> None:
    network_file(path.with_name("model.json"), {"file": path.name})


def _note(path: Path) -> None:
    read_note(str(path), "config.yaml")


def _stick(path: Path) -> None:
    StickWatch(Conditions(), path).check()


def _remembered(path: Path) -> None:
    config = path.with_name("c.yaml")
    config.write_text("rule: {}\n")
    live = LiveConfig(config, (), path.parent)
    loaded, _ = live.start()
    live.remember(loaded)
    memory = next(path.parent.glob("last-good-config-*.yaml"))
    memory.unlink()
    path.rename(memory)
    live.remember(loaded)
    live.last_good()


PLACES: list[Callable[[Path], object]] = [
    _config,
    _override,
    _judge,
    _settings,
    _gallery,
    _counter,
    _manifest,
    _network,
    _note,
    _stick,
    _remembered,
    read_description,
    read_photo,
    fingerprint,
    lambda path: Recording(path, MonotonicClock()),
    lambda path: read_regular(path, 10),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_what_is_not_a_file_is_reported_at_once_in_every_place(
    tmp_path: Path, place: Callable[[Path], object], kind: Callable[[Path], None]
) -> None:
    path = tmp_path / PHOTO
    kind(path)
    ends: list[BaseException | None] = []

    def work() -> None:
        try:
            place(path)
            ends.append(None)
        except BaseException as error:
            ends.append(error)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    worker.join(PATIENCE)
    assert ends, "it waits"
    assert ends[0] is None or isinstance(ends[0], TOLD), ends[0]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (a_pipe, "it is a pipe, not a file"),
        (a_folder, "it is a folder, not a file"),
        (a_device, "it is a device, not a file"),
        (a_socket, "it is a socket, not a file"),
    ],
)
def test_it_says_what_stands_there(tmp_path: Path, kind: Callable[[Path], None], words: str) -> None:
    kind(tmp_path / "x")
    with pytest.raises(NotRegularFileError, match=words):
        open_regular(tmp_path / "x")


def test_a_link_to_a_file_is_followed_only_where_that_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"text")
    (tmp_path / "link").symlink_to("file")
    assert read_regular(tmp_path / "link", 100) == b"text"
    with pytest.raises(NotRegularFileError, match="it is a link, not a file"):
        read_regular(tmp_path / "link", 100, follow_links=False)


def test_no_descriptor_is_lost_however_often_it_is_tried(tmp_path: Path) -> None:
    (tmp_path / PHOTO).mkdir()
    gallery = Gallery(tmp_path, tmp_path / "cache")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(50):
        assert gallery.thumbnail(PHOTO) is None
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is asked to follow others' links")
def test_root_follows_its_own_links_and_no_other_users(tmp_path: Path) -> None:
    target, link, folder = tmp_path / "target", tmp_path / "link", tmp_path / "folder"
    target.touch()
    link.symlink_to("target")
    folder.symlink_to(tmp_path)
    assert trusted(folder / ".." / tmp_path.name / "link") == target.resolve()
    for foreign in (link, folder):
        os.chown(foreign, 12345, 12345, follow_symlinks=False)
        with pytest.raises(PermissionError, match="another user's link"):
            trusted(folder / "link")
        os.chown(foreign, 0, 0, follow_symlinks=False)
    link.unlink()
    link.symlink_to("link")
    with pytest.raises(OSError, match="symbolic links"):
        trusted(link)
