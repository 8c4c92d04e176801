"""What would end a running appliance or its next start is refused; the last good configuration stays."""

from pathlib import Path

import pytest

from appliance.config.live import LiveConfig
from appliance.errors import ConfigError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "config.yaml"
    file.write_text("rule:\n  min_faces: 2\n")
    return file


def test_a_setting_for_one_call_is_not_in_force_at_the_next_start(path: Path, tmp_path: Path) -> None:
    usual = LiveConfig(path, state=tmp_path)
    usual.remember(usual.load())
    once = LiveConfig(path, [("rule.min_faces", 9)], tmp_path)
    once.remember(once.load())
    path.write_text("rule: 5\n")
    assert LiveConfig(path, state=tmp_path).start()[0].rule.min_faces == 2
    assert once.start()[0].rule.min_faces == 9, "the call itself goes on with it"


@pytest.mark.parametrize("value", ["!!bool foo", '!!int ""', "!!timestamp x", "0x" + "f" * 5000, "[" * 3000])
def test_a_value_that_nobody_can_read_is_refused_while_it_runs_and_after_a_restart(
    path: Path, tmp_path: Path, value: str
) -> None:
    live = LiveConfig(path, state=tmp_path)
    good, _ = live.start()
    live.remember(good)
    path.write_text(f"rule:\n  min_faces: {value}\n")
    with pytest.raises(ConfigError, match="line 2"):
        live.load()
    again, fault = LiveConfig(path, state=tmp_path).start()
    assert again == good
    assert fault is not None


def test_a_file_that_links_to_itself_is_reported_and_the_last_good_configuration_used(
    path: Path, tmp_path: Path
) -> None:
    live = LiveConfig(path, state=tmp_path)
    good, _ = live.start()
    live.remember(good)
    path.unlink()
    path.symlink_to(path)
    again, fault = LiveConfig(path, state=tmp_path).start()
    assert again == good
    assert "cannot be read: Too many levels of symbolic links" in str(fault)
