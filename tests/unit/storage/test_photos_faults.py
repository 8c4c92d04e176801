"""Cards fill up, go read-only and fail. No photo is torn, nothing is lost, and the reason is told."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from appliance.errors import NoSpaceError, ReadOnlyError
from appliance.storage import durable
from appliance.storage.photos import PhotoStore

ROOT = Path(__file__).parents[3]
SAVER = ROOT / "tests" / "support" / "photo_saver.py"
LINK = "?link,linkat"  # newer architectures have only the second
NOON = datetime(2026, 11, 21, 12, 0, 0)
NOISE = np.random.default_rng(3).integers(0, 256, (240, 320, 3), np.uint8)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("selfie*"))


def unfinished(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob(".*.part"))


def decode_all(folder: Path) -> int:
    """Decodes every photo to its last row; returns how many there are."""
    paths = list(folder.glob("*.jpg"))
    for path in paths:
        with Image.open(path) as photo:
            photo.load()
    return len(paths)


def mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"mount is not permitted here: {done.stderr.strip()}")


@pytest.fixture(params=["tmpfs", "ext4"])
def card(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A card of 2 MB, mounted."""
    folder = tmp_path / "card"
    folder.mkdir()
    if request.param == "tmpfs":
        mount("-t", "tmpfs", "-o", "size=2m", "selfie-test", str(folder))
    else:
        if shutil.which("mkfs.ext4") is None:
            pytest.skip("mkfs.ext4 is not installed")
        image = tmp_path / "image"
        with image.open("wb") as file:
            file.truncate(2_000_000)
        subprocess.run(["mkfs.ext4", "-q", "-O", "^has_journal", image], check=True)
        mount("-o", "loop", str(image), str(folder))
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(store: PhotoStore) -> int:
    """Saves until the card is full; returns how many photos there are."""
    for count in range(1000):
        try:
            store.save(NOISE, NOON)
        except NoSpaceError:
            return count
    raise AssertionError("the card never filled up")


def test_a_full_card_is_reported_and_leaves_no_torn_file_and_a_freed_one_goes_on(card: Path) -> None:
    store = PhotoStore(card)
    count = fill(store)
    assert count > 2
    assert decode_all(card) == count
    assert unfinished(card) == []
    with pytest.raises(NoSpaceError, match="Copy photos off"):
        store.save(NOISE, NOON)
    for name in names(card)[:2]:
        (card / name).unlink()
    assert store.save(NOISE, NOON).name == f"selfie-{count + 1:06d}-20261121-120000.jpg"


def test_photos_stop_while_there_is_room_for_the_rest_of_the_system(card: Path) -> None:
    count = fill(PhotoStore(card, keep_free_mb=1))
    assert count > 0
    assert durable.free_bytes(card) >= 1_000_000


def test_a_card_that_went_read_only_is_reported(card: Path) -> None:
    store = PhotoStore(card)
    kept = store.save(NOISE, NOON)
    mount("-o", "remount,ro", str(card))
    for use in (store.check, store.prepare, lambda: store.save(NOISE, NOON)):
        with pytest.raises(ReadOnlyError, match=r"read-only.*dmesg"):
            use()
    assert names(card) == [kept.name]
    mount("-o", "remount,rw", str(card))
    assert store.save(NOISE, NOON).exists()


def test_a_folder_of_somebody_else_is_reported() -> None:
    somebody = os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o555)
        store = PhotoStore(name)
        if somebody == 0:  # root may write anywhere
            os.seteuid(65534)
        try:
            for use in (store.check, lambda: store.save(NOISE, NOON)):
                with pytest.raises(ReadOnlyError, match="No permission"):
                    use()
        finally:
            os.seteuid(somebody)
        Path(name).chmod(0o755)


class Saving:
    """One photo saved by another process, with faults from strace."""

    def __init__(self, folder: Path, *faults: str) -> None:
        trace = folder.parent / "trace"
        calls = sorted({fault.partition(":")[0] for fault in faults})
        command = ["strace", "-f", "-qq", "-o", str(trace), "-e", f"trace={','.join(calls)}"]
        for fault in faults:
            command += ["-e", f"inject={fault}"]
        self.done = subprocess.run(
            [*command, sys.executable, str(SAVER), str(folder)],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        self.trace = trace.read_text()


@pytest.fixture(scope="session")
def strace() -> None:
    """strace, and the permission to use it."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    if subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], check=False).returncode:
        pytest.skip("strace may not trace here")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize(
    ("faults", "told"),
    [
        (["write:error=ENOSPC:when=1"], "NoSpaceError"),
        (["write:error=EDQUOT:when=1"], "NoSpaceError"),
        (["write:error=EIO:when=1"], "StorageError: The card of"),
        (["fsync:error=EIO:when=1"], "StorageError: The card of"),
        (["fsync:error=ENOSPC:when=1"], "NoSpaceError"),
        (["renameat2:error=EIO"], "StorageError: The card of"),
        (["renameat2:error=EROFS"], "ReadOnlyError"),
        (["renameat2:error=EINVAL", f"{LINK}:error=EIO", "rename:error=EIO"], "StorageError: The card of"),
        (["renameat2:error=EINVAL", f"{LINK}:error=EPERM", "rename:error=EACCES"], "ReadOnlyError"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_error_at_any_step_is_reported_and_leaves_nothing_behind(
    folder: Path, faults: list[str], told: str
) -> None:
    saving = Saving(folder, *faults)
    assert saving.done.returncode == 1
    assert saving.done.stdout.startswith(told)
    assert saving.done.stderr == ""
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize("code", ["EPERM", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EIO"])
def test_a_file_system_without_hard_links_keeps_photos_and_overwrites_none(folder: Path, code: str) -> None:
    there = folder / "selfie-000001-20261121-040102.jpg"
    there.write_bytes(b"another's")
    saving = Saving(folder, "renameat2:error=EINVAL", f"{LINK}:error={code}")
    assert saving.done.stdout.strip().endswith("selfie-000002-20261121-040102.jpg")
    assert there.read_bytes() == b"another's"
    assert unfinished(folder) == []


@pytest.mark.usefixtures("strace")
def test_where_rename_cannot_refuse_to_overwrite_a_hard_link_does(folder: Path) -> None:
    (folder / "selfie-000001-20261121-040102.jpg").touch()
    saving = Saving(folder, "renameat2:error=EINVAL", f"{LINK}:delay_enter=1")
    assert "link(" in saving.trace or "linkat(" in saving.trace
    assert saving.done.stdout.strip().endswith("selfie-000002-20261121-040102.jpg")
    assert unfinished(folder) == []


@pytest.mark.usefixtures("strace")
def test_a_folder_that_cannot_be_synced_keeps_the_photo_whole_but_does_not_promise_it(folder: Path) -> None:
    saving = Saving(folder, "fsync:error=EIO:when=2")
    assert saving.done.stdout.startswith("StorageError: The card of")
    assert decode_all(folder) == 1
    assert unfinished(folder) == []


@pytest.mark.usefixtures("strace")
def test_a_counter_that_cannot_be_written_loses_no_photo(folder: Path) -> None:
    saving = Saving(folder, "fsync:error=EIO:when=3")
    assert saving.done.returncode == 0
    assert "counter not written" in saving.done.stderr
    assert decode_all(folder) == 1
    assert unfinished(folder) == []
    assert PhotoStore(folder).save(NOISE, NOON).name.startswith("selfie-000002-")


@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize(
    "moment",
    ["fchmod:when=1", "write:when=1", *(f"fsync:when={n}" for n in (1, 2, 3, 4)), "renameat2:when=1"],
)
def test_killed_at_any_step_no_photo_is_torn_and_the_next_start_cleans_up(folder: Path, moment: str) -> None:
    call, _, when = moment.partition(":")
    saving = Saving(folder, f"{call}:signal=KILL:{when}")
    assert saving.done.returncode != 0
    assert "KILL" in saving.trace
    whole = decode_all(folder)
    store = PhotoStore(folder)
    store.prepare()
    assert unfinished(folder) == []
    assert store.save(NOISE, NOON).exists()
    assert decode_all(folder) == whole + 1
