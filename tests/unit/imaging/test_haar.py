"""The Haar cascades of OpenCV's wheel."""

from pathlib import Path

import pytest

from appliance.errors import CascadeError
from appliance.imaging.haar import load_cascade


def test_a_missing_or_broken_cascade_is_named(tmp_path: Path) -> None:
    with pytest.raises(CascadeError, match=r"nowhere\.xml is missing"):
        load_cascade(tmp_path / "nowhere.xml")
    (tmp_path / "broken.xml").write_text("<opencv_storage>")
    with pytest.raises(CascadeError, match=r"broken\.xml cannot be read"):
        load_cascade(tmp_path / "broken.xml")
