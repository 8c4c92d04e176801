"""A copy is proved by what the device gives back, not by what the kernel remembers."""

import errno
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from appliance.export import export
from appliance.export.copy import copy_verified, fingerprint
from tests.support.sticks import KB, check_sums


def test_a_photo_that_the_card_cannot_give_back_keeps_no_other_from_the_stick(
    card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoilt = sorted(card.glob("selfie-*"))[1]
    opened = os.fdopen

    class Spoilt:
        def __init__(self, file: Any) -> None:
            self.file = file

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def read(self, _size: int) -> None:
            raise OSError(errno.EIO, "Input/output error")

    def fdopen(handle: int, *arguments: Any, **options: Any) -> Any:
        file = opened(handle, *arguments, **options)
        name = Path(f"/proc/self/fd/{handle}").readlink()
        return Spoilt(file) if name == spoilt and options == {} else file

    monkeypatch.setattr("appliance.export.copy.os.fdopen", fdopen)
    outcome = export(card, tmp_path / "stick")
    assert (outcome.found, outcome.copied, list(outcome.failed)) == (6, 5, [spoilt.name])


def test_the_proof_comes_from_the_device_and_not_from_the_kernels_memory(stick: Path, tmp_path: Path) -> None:
    """A byte changed on the device behind the file system's back is seen."""
    content = b"unmistakable" + os.urandom(60 * KB)
    photo = stick / "selfie-000001-20261121-120000.jpg"
    photo.write_bytes(content)
    before = fingerprint(photo)
    device = subprocess.run(
        ["findmnt", "--noheadings", "--output=SOURCE", str(stick)], capture_output=True, text=True, check=True
    ).stdout.strip()
    handle = os.open(device, os.O_RDWR)
    try:
        position = os.pread(handle, 8_000_000, 0).find(content[:4096])
        assert position > 0
        os.pwrite(handle, b"X", position)
        os.fsync(handle)
    finally:
        os.close(handle)
    assert fingerprint(photo) != before


def test_a_stick_that_gives_back_something_else_is_not_believed(
    card: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lying(data: Any, digest: str, target: Any) -> Any:
        return copy_verified(data, "0" * 64 if "000003" in target.name else digest, target)

    monkeypatch.setattr("appliance.export.transfer.copy_verified", lying)
    outcome = export(card, stick, delete_after=True)
    assert not outcome.complete
    assert outcome.copied == 2
    assert "other data" in outcome.failed["selfie-000003-20261121-120003.jpg"]
    assert (card / "selfie-000003-20261121-120003.jpg").exists()
    assert check_sums(stick) == 2
