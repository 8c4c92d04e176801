"""The report that doctor and ``sync status`` read."""

from pathlib import Path

import pytest

from appliance.sync.sync_status import SyncStatus, read_status


def test_what_is_written_can_be_read_by_all(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    status = SyncStatus(remote="cloud:a", waiting=2, there=5, problem="it is full", since=1.5)
    status.write(path)
    assert read_status(path) == status
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"remote": 1', '{"remote": "a", "waiting": []}', "\0" * 9000]
)
def test_what_cannot_be_understood_is_no_report(tmp_path: Path, text: str) -> None:
    (tmp_path / "status.json").write_text(text)
    assert read_status(tmp_path / "status.json") is None
    assert read_status(tmp_path / "gone.json") is None
