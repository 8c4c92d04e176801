"""A file in the form of fer2013.npz, so that nothing here needs the real one."""

from pathlib import Path

import numpy as np
import pytest

from tests.support.made_up_faces import made_up_faces


@pytest.fixture
def fer2013(tmp_path: Path) -> Path:
    """A file like fer2013.npz with 160 made-up pictures."""
    path = tmp_path / "fer2013.npz"
    np.savez(path, **made_up_faces())
    return path
