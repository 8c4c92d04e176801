"""How a message reads."""

from pathlib import Path

import pytest

from appliance.cli import main


def test_a_command_to_copy_is_quoted_for_a_shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "it's; a trap"
    arguments = ["--set", "camera.source=scene", "--set", f"storage.folder={folder}"]
    assert main(["run", *arguments]) == 1
    assert f"Create it: mkdir -p '{tmp_path}/it'\"'\"'s; a trap'" in capsys.readouterr().err
