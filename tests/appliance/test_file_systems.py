"""Photos on a real file system without hard links: rclone's, by FUSE, as people mount their clouds."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.storage import durable
from appliance.storage.photo_names import PHOTO

pytestmark = pytest.mark.slow


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A folder of rclone's on one of the disk."""
    if os.geteuid() != 0 or not Path("/dev/fuse").exists():
        pytest.skip("needs root and /dev/fuse")
    if shutil.which("rclone") is None or shutil.which("fusermount3") is None:
        pytest.skip("needs rclone and fusermount3; on Debian: apt install rclone fuse3")
    behind, mount = tmp_path / "behind", tmp_path / "mount"
    for folder in (behind, mount):
        folder.mkdir()
    command = ["rclone", "mount", f":local:{behind}", str(mount), "--vfs-cache-mode", "writes", "--daemon"]
    environ = {**os.environ, "RCLONE_CONFIG": str(tmp_path / "rclone.conf"), "XDG_CACHE_HOME": str(tmp_path)}
    if subprocess.run(command, env=environ, check=False, capture_output=True, timeout=60).returncode:
        pytest.skip("FUSE mounts are not permitted here")
    try:
        yield mount
    finally:
        subprocess.run(["fusermount3", "-u", mount], check=True)


def test_photos_are_kept_and_exported_where_files_have_one_name(
    mounted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("photos", "party", "probe"):
        (mounted / name).mkdir()
    (mounted / "probe" / "a").touch()
    with pytest.raises(OSError, match="a"):
        os.link(mounted / "probe" / "a", mounted / "probe" / "b")
    settings = mounted.parent / "config.yaml"
    settings.write_text(
        f"camera: {{source: scene}}\nstorage: {{folder: {mounted}/photos, keep_free_mb: 0}}\n"
        "rule: {cooldown_seconds: 0.5, new_scene: false}\n"
    )
    command = [sys.executable, "-m", "appliance", "run", "--config", str(settings)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        said = []
        for line in running.stderr:
            said.append(line)
            if sum("Photo " in one for one in said) == 2:
                running.terminate()
        assert running.wait(60) == 0, said
    kept = sorted(path.name for path in (mounted / "photos").iterdir() if PHOTO.fullmatch(path.name))
    assert len(kept) >= 2
    assert main(["export", str(mounted / "party"), "--config", str(settings)]) == 0
    assert f"{len(kept)} of {len(kept)} photos are in" in capsys.readouterr().out


def test_a_name_that_is_taken_is_not_overwritten_there(mounted: Path) -> None:
    (mounted / "a.jpg").write_bytes(b"another's")
    with pytest.raises(FileExistsError):
        durable.write_new(mounted / "a.jpg", b"mine")
    assert (mounted / "a.jpg").read_bytes() == b"another's"
