"""``smart-selfie mqtt``: it says why it cannot start."""

from pathlib import Path

import pytest

from appliance.cli import main


def test_a_bridge_that_is_off_says_how_to_switch_it_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("rule: {}\n")
    assert main(["mqtt", "--config", str(path)]) == 2
    assert "Set mqtt.enabled to true and mqtt.host" in capsys.readouterr().err


def test_a_configuration_that_is_wrong_is_told_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("mqtt:\n  enabled: true\n")
    assert main(["mqtt", "--config", str(path)]) == 2
    assert "mqtt.host" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", ["password: 7Geheim\n  pasword: x", "password: [7Geheim]"])
def test_the_password_is_never_repeated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"mqtt:\n  enabled: true\n  host: broker\n  username: barn\n  {wrong}\n")
    assert main(["mqtt", "--config", str(path)]) == 2
    told = capsys.readouterr().err
    assert "mqtt" in told
    assert "Geheim" not in told
