"""The page is switched on and off by one command, which says where it is."""

import io
import os

import pytest

from appliance.config import load_config
from appliance.web.passwords import matches
from tests.support.installed import RESTARTED, STARTED, Pi


def test_on_sets_the_password_starts_the_page_and_says_where_it_is(
    pi: Pi, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pi.web("on") == 0
    web = load_config(pi.config).web
    assert (web.enabled, web.listen, web.port) == (True, "0.0.0.0", 8081)
    assert matches("everybody smiles", web.password)
    assert pi.calls() == RESTARTED + STARTED
    said = capsys.readouterr().out
    assert "The page is on: http://" in said
    assert ".local:8081/" in said
    assert "0.0.0.0" not in said
    assert "# not the usual one" in pi.config.read_text(), "comments stay"


def test_a_second_time_only_starts_the_page_again_and_keeps_the_password(
    pi: Pi, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pi.web("on") == 0
    before = pi.config.read_text()
    pi.calls()
    assert pi.web("on") == 0
    assert pi.calls() == STARTED
    assert pi.config.read_text() == before
    assert "The password stays" in capsys.readouterr().out


def test_off_stops_it_and_twice_is_not_a_fault(pi: Pi, capsys: pytest.CaptureFixture[str]) -> None:
    pi.web("on")
    pi.calls()
    assert pi.web("off") == 0
    assert pi.calls() == ["disable --now smart-selfie-web.service", *RESTARTED]
    assert load_config(pi.config).web.enabled is False
    assert pi.web("off") == 0
    assert "off already" in capsys.readouterr().out


def test_status_says_whether_and_where(
    pi: Pi, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert pi.web("status") == 0
    assert "The page is off" in capsys.readouterr().out
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    pi.web("on")
    capsys.readouterr()
    assert pi.web("status") == 0
    assert "The page is on: http://" in capsys.readouterr().out
    monkeypatch.setenv("FAILS", "is-active")
    assert pi.web("status") == 0
    assert "does not run" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["on", "off"])
def test_without_root_it_says_sudo_and_changes_nothing(
    pi: Pi, verb: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    before = pi.config.read_text()
    assert pi.web(verb) == 2
    assert f"sudo smart-selfie web {verb}" in capsys.readouterr().err
    assert (pi.calls(), pi.config.read_text()) == ([], before)


def test_a_broken_configuration_is_reported_by_line_before_anything_is_done(
    pi: Pi, capsys: pytest.CaptureFixture[str]
) -> None:
    pi.config.write_text("rule:\n  min_faces: 0\n")
    assert pi.web("on") == 2
    assert "line 2: rule.min_faces = 0" in capsys.readouterr().err
    assert pi.calls() == []


def test_a_password_that_is_too_short_changes_nothing(
    pi: Pi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a\n"))
    before = pi.config.read_text()
    assert pi.web("on") == 2
    assert "too short" in capsys.readouterr().err
    assert (pi.calls(), pi.config.read_text()) == ([], before)


def test_a_unit_that_does_not_start_is_reported_with_what_systemd_said(
    pi: Pi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FAILS", "enable")
    assert pi.web("on") == 1
    told = capsys.readouterr().err
    assert "Unit smart-selfie-web.service not found" in told
    assert "setup.sh" in told
