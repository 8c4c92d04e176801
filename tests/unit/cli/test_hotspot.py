"""``smart-selfie hotspot``: what it says and writes, beside an nmcli that makes every network."""

import os
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.config import load_config
from appliance.system import hotspot as module
from tests.support.installed import Pi

NMCLI = """#!/bin/sh
case "$*" in
    *RUNNING*) echo running ;;
    *DEVICE,TYPE,STATE*) echo wlan0:wifi:connected ;;
    *"UUID connection show --active"*) cat "{up}" 2>/dev/null || true ;;
    "connection up uuid "*) echo "$4" >"{up}" ;;
    "connection down uuid "*) rm -f "{up}" ;;
esac
"""


@pytest.fixture
def barn(pi: Pi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pi:
    """An appliance with a radio."""
    program = tmp_path / "bin" / "nmcli"
    program.write_text(NMCLI.format(up=tmp_path / "up"))
    program.chmod(0o755)
    profiles = tmp_path / "system-connections"
    profiles.mkdir()
    monkeypatch.setattr(module.Hotspot.__init__, "__defaults__", (None, profiles))
    return pi


def hotspot(pi: Pi, *words: str) -> int:
    return main(["hotspot", *words, "--config", str(pi.config)])


def test_on_prints_name_and_password_and_notes_them_for_page_and_note(
    barn: Pi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hotspot(barn, "on") == 0
    web = load_config(barn.config).web
    assert web.hotspot == "Smart selfie"
    assert len(web.hotspot_password) == 14
    said = capsys.readouterr().out
    assert f"The Wi-Fi is on: Smart selfie, password {web.hotspot_password}" in said
    assert "ssh, ends here" in said
    profile = tmp_path / "system-connections" / "smart-selfie-hotspot.nmconnection"
    assert profile.stat().st_mode & 0o777 == 0o600
    assert web.hotspot_password in profile.read_text()
    barn.web("on")
    assert hotspot(barn, "status") == 0
    assert "http://10.42.0.1:8081/" in capsys.readouterr().out


def test_off_and_on_again_keeps_the_password_unless_another_is_wanted(
    barn: Pi, capsys: pytest.CaptureFixture[str]
) -> None:
    hotspot(barn, "on", "--name", "Barn")
    password = load_config(barn.config).web.hotspot_password
    assert hotspot(barn, "off") == 0
    assert "joins those it knows" in capsys.readouterr().out
    assert hotspot(barn, "off") == 0
    assert "off already" in capsys.readouterr().out
    assert hotspot(barn, "status") == 0
    assert "The Wi-Fi is off" in capsys.readouterr().out
    hotspot(barn, "on")
    assert load_config(barn.config).web.hotspot_password == password
    hotspot(barn, "on", "--new-password")
    assert load_config(barn.config).web.hotspot_password != password


def test_without_root_or_a_radio_it_says_so_and_changes_nothing(
    barn: Pi, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = barn.config.read_text()
    monkeypatch.setattr(module, "run_command", lambda words: module.Answer(127, "", ""))
    assert hotspot(barn, "on") == 1
    assert "apt install network-manager" in capsys.readouterr().err
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for verb in ("on", "off"):
        assert hotspot(barn, verb) == 2
        assert f"sudo smart-selfie hotspot {verb}" in capsys.readouterr().err
    assert barn.config.read_text() == before


def test_the_password_of_the_wifi_is_never_shown_by_check(
    barn: Pi, capsys: pytest.CaptureFixture[str]
) -> None:
    barn.config.write_text(f"web:\n  hotspot_password: {'secret' * 20}\n")
    assert main(["check", str(barn.config)]) == 2
    assert "secret" not in "".join(capsys.readouterr())
