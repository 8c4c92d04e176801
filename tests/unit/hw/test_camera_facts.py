"""What the running appliance's camera granted can be read by another program on the machine."""

from pathlib import Path

import pytest

from appliance.hw.camera_facts import leave_camera_facts, read_camera_facts
from appliance.hw.machine import Machine


def runtime(root: Path) -> dict[str, str]:
    folder = root / "run/smart-selfie"
    folder.mkdir(parents=True)
    return {"RUNTIME_DIRECTORY": str(folder)}


def test_what_one_program_leaves_another_reads(tmp_path: Path) -> None:
    environ = runtime(tmp_path)
    leave_camera_facts({"model": "imx219", "crop": [0, 0, 3280, 2464]}, environ)
    leave_camera_facts(None, environ)
    assert read_camera_facts(Machine(tmp_path)) == {"model": "imx219", "crop": [0, 0, 3280, 2464]}
    assert [file.name for file in (tmp_path / "run/smart-selfie").iterdir()] == ["camera.json"]


@pytest.mark.parametrize("text", [None, "", "{", "[1]", "null"])
def test_rubbish_is_nothing(tmp_path: Path, text: str | None) -> None:
    runtime(tmp_path)
    if text is not None:
        (tmp_path / "run/smart-selfie/camera.json").write_text(text)
    assert read_camera_facts(Machine(tmp_path)) is None


def test_without_systemd_nothing_is_left_and_a_folder_that_is_gone_is_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    leave_camera_facts({"model": "imx219"}, {})
    assert not list(tmp_path.iterdir())
    leave_camera_facts({"model": "imx219"}, {"RUNTIME_DIRECTORY": str(tmp_path / "gone")})
    assert "camera.json: No such file" in caplog.text
