"""``smart-selfie sync``: it says why it cannot start, and how it stands."""

import json
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.sync.sync_status import SyncStatus


@pytest.fixture
def run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    return tmp_path


def config(folder: Path, enabled: bool) -> str:
    path = folder / "config.yaml"
    path.write_text(f"sync:\n  enabled: {str(enabled).lower()}\n  remote: cloud:selfies\n")
    return str(path)


def test_copying_that_is_off_says_how_to_switch_it_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sync", "--config", config(tmp_path, False)]) == 2
    assert "Set sync.enabled to true and sync.remote" in capsys.readouterr().err


def test_without_rclone_it_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    assert main(["sync", "--config", config(tmp_path, True)]) == 1
    assert "sudo apt install rclone" in capsys.readouterr().err


def test_the_status_tells_what_waits_and_why(run_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sync", "status", "--config", config(run_folder, False)]) == 0
    assert "Copying is off" in capsys.readouterr().out
    path = config(run_folder, True)
    assert main(["sync", "status", "--config", path]) == 0
    assert "does not run" in capsys.readouterr().out
    status = SyncStatus(remote="cloud:selfies", waiting=0, there=12)
    status.write(run_folder / "status.json")
    assert main(["sync", "status", "--config", path]) == 0
    assert "12 photos are at cloud:selfies, 0 wait" in capsys.readouterr().out
    SyncStatus(remote="cloud:selfies", waiting=3, there=12, problem="it is full (507)", since=0.0).write(
        run_folder / "status.json"
    )
    assert main(["sync", "status", "--config", path]) == 1
    assert "it is full (507)" in capsys.readouterr().out
    assert main(["sync", "status", "--json", "--config", path]) == 1
    assert json.loads(capsys.readouterr().out)["report"]["waiting"] == 3
