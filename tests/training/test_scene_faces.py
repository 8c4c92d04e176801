"""The averaged faces of the demo scene: built from the data again, or a plain word why not."""

from pathlib import Path

import numpy as np
import pytest

from models.training.__main__ import main
from models.training.scene import AT_LEAST, PEOPLE


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 torn", b"no archive"])
def test_data_that_cannot_be_read_is_named(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "fer2013.npz"
    if content is not None:
        path.write_bytes(content)
    assert main(["scene", "--data", str(path), "--out", str(tmp_path / "scene.npz")]) == 2
    assert "fer2013.npz is not FER-2013" in capsys.readouterr().err
    assert not (tmp_path / "scene.npz").exists()


def test_images_of_another_size_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "other.npz"
    rows = np.zeros(4, np.uint8)
    np.savez(path, images=np.zeros((4, 64, 64), np.uint8), fer=rows, usage=rows, ferplus=np.zeros((4, 10)))
    assert main(["scene", "--data", str(path), "--out", str(tmp_path / "scene.npz")]) == 2
    assert "expected [n, 48, 48]" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.shared_data
def test_one_command_builds_the_faces_again(shared_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "scene.npz"
    assert main(["scene", "--data", str(shared_data / "fer2013.npz"), "--out", str(out)]) == 0
    with np.load(out) as data:
        assert list(data["names"]) == list(PEOPLE)
        assert data["faces_averaged"].min() >= AT_LEAST
        change = np.abs(data["happy"].astype(int) - data["neutral"])
        mouths, eyes = change[:, 66:90, 28:68], change[:, 24:48, 16:80]
        assert (mouths.mean((1, 2)) > 1.5 * eyes.mean((1, 2))).all(), "a smile is in the mouth"
