"""smart-selfie web: when it does not serve the page."""

from pathlib import Path

import pytest

from appliance.cli import main
from tests.support.page_server import Page


def test_the_page_is_not_served_while_it_is_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("web:\n  enabled: false\n")
    assert main(["web", "--config", str(path)]) == 2
    assert "web.enabled" in capsys.readouterr().err


def test_a_port_in_use_is_reported(
    page: Page, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.cli.web.setup_logging", lambda verbose: None)  # it would outlive the test
    assert main(["web", "--config", str(page.config)]) == 1
    assert f"port {page.port}" in capsys.readouterr().err
