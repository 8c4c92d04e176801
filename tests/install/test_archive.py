"""``setup.sh --upgrade FILE``: a release archive is looked at before anything is touched."""

import subprocess
from pathlib import Path

import pytest

from tests.support.setup_machine import Pi

INNER = """#!/bin/sh
echo "the new setup.sh: $@"
ls "$3"
echo done >>"$SMART_SELFIE_MACHINE/installed"
"""


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    pi = Pi(tmp_path / "pi")
    (pi.folder / "etc").mkdir(exist_ok=True)
    return pi


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A small archive with the list beside it."""
    folder = tmp_path / "download" / "smart-selfie-9"
    (folder / "wheels").mkdir(parents=True)
    (folder / "wheels" / "one.whl").write_text("wheel")
    (folder / "setup.sh").write_text(INNER)
    (folder / "setup.sh").chmod(0o755)
    path = folder.parent / "smart-selfie-9-trixie-aarch64.tar.gz"
    subprocess.run(["tar", "-czf", path, folder.name], cwd=folder.parent, check=True)
    subprocess.run(f"sha256sum {path.name} >SHA256SUMS", cwd=folder.parent, shell=True, check=True)
    return path


def key(folder: Path, name: str) -> Path:
    path = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path], check=True)
    return path


def sign(archive: Path, private: Path) -> None:
    command = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(private), "-n", "smart-selfie", "SHA256SUMS"]
    subprocess.run(command, cwd=archive.parent, check=True)


def trust(pi: Pi, private: Path) -> None:
    pi.put("etc/smart-selfie-signers", f"owner {private.with_suffix('.pub').read_text()}")


def refused(pi: Pi, archive: Path, words: str) -> None:
    temporary = pi.folder / "tmp"
    temporary.mkdir(exist_ok=True)
    done = pi.run(f"upgrade_from '{archive}'", TMPDIR=str(temporary))
    assert done.returncode == 1, done
    assert words in done.stderr
    assert not (pi.folder / "installed").exists()
    assert not list(temporary.iterdir()), "nothing is left behind"


def test_a_whole_archive_installs_itself_without_a_network(pi: Pi, archive: Path, tmp_path: Path) -> None:
    done = pi.run(f"upgrade_from '{archive}'", TMPDIR=str(tmp_path))
    assert done.returncode == 0, done
    assert "the new setup.sh: --upgrade --offline" in done.stdout
    assert "one.whl" in done.stdout
    assert "not looked at who signed it" in done.stdout
    assert not list(tmp_path.glob("smart-selfie.*"))


def test_its_failure_is_the_failure_of_the_whole(pi: Pi, archive: Path, tmp_path: Path) -> None:
    folder = archive.parent / "smart-selfie-9"
    (folder / "setup.sh").write_text("#!/bin/sh\nexit 1\n")
    subprocess.run(["tar", "-czf", archive, folder.name], cwd=archive.parent, check=True)
    subprocess.run(f"sha256sum {archive.name} >SHA256SUMS", cwd=archive.parent, shell=True, check=True)
    assert pi.run(f"upgrade_from '{archive}'", TMPDIR=str(tmp_path)).returncode == 1


@pytest.mark.parametrize("where", [0, 0.3, 0.9])
def test_a_changed_byte_is_refused(pi: Pi, archive: Path, where: float) -> None:
    data = bytearray(archive.read_bytes())
    data[int(where * len(data))] ^= 1
    archive.write_bytes(data)
    refused(pi, archive, "is not what SHA256SUMS says")


def test_an_archive_without_its_list_or_cut_short_is_refused(pi: Pi, archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-20])
    refused(pi, archive, "is not what SHA256SUMS says")
    (archive.parent / "SHA256SUMS").unlink()
    refused(pi, archive, "SHA256SUMS is missing")
    refused(pi, archive.parent, "is not a file")
    refused(pi, archive.with_name("gone.tar.gz"), "is not there")


def test_what_is_no_release_is_refused(pi: Pi, archive: Path) -> None:
    archive.write_bytes(b"not an archive")
    subprocess.run(f"sha256sum {archive.name} >SHA256SUMS", cwd=archive.parent, shell=True, check=True)
    refused(pi, archive, "cannot be unpacked")
    subprocess.run(["tar", "-czf", archive, "SHA256SUMS"], cwd=archive.parent, check=True)
    subprocess.run(f"sha256sum {archive.name} >SHA256SUMS", cwd=archive.parent, shell=True, check=True)
    refused(pi, archive, "holds no setup.sh")


def test_where_signers_are_named_only_theirs_is_taken(pi: Pi, archive: Path, tmp_path: Path) -> None:
    owner, stranger = key(tmp_path, "owner"), key(tmp_path, "stranger")
    trust(pi, owner)
    refused(pi, archive, "SHA256SUMS.sig is missing")
    sign(archive, stranger)
    refused(pi, archive, "not signed by anybody")
    (archive.parent / "SHA256SUMS.sig").unlink()
    sign(archive, owner)
    done = pi.run(f"upgrade_from '{archive}'", TMPDIR=str(tmp_path))
    assert done.returncode == 0, done
    assert "signed by owner" in done.stdout
    sums = archive.parent / "SHA256SUMS"
    sums.write_text(sums.read_text() + "0" * 64 + "  other\n")
    (pi.folder / "installed").unlink()
    refused(pi, archive, "not signed by anybody")
