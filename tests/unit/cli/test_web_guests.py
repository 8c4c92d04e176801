"""Guests are let in and kept out by one command, which says how they come in and until when."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.cli.web_guests import new_pass
from appliance.config import load_config
from appliance.web.guests import Guests
from tests.support.installed import STARTED, Pi

RESTARTED = STARTED[1:]


def guests(pi: Pi, *words: str) -> int:
    return main(["web", "guests", *words, "--config", str(pi.config)])


def access(pi: Pi) -> Guests:
    web = load_config(pi.config).web
    return Guests(web.guests, web.guest_pass)


def test_on_lets_them_in_for_a_day_and_prints_code_and_link(
    pi: Pi,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert pi.web("on") == 0
    pi.calls()
    assert guests(pi, "on") == 0
    assert pi.calls() == RESTARTED
    found = access(pi)
    assert found.open
    assert 23.9 * 3600 < found.seconds_left(found.token()) <= 24 * 3600
    said = capsys.readouterr().out
    assert f"Code: {found.code}" in said
    assert f".local:8081/guest#{found.token()}" in said
    assert "# not the usual one" in pi.config.read_text(), "comments stay"


def test_a_second_time_keeps_link_and_code_and_new_ends_them(
    pi: Pi,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pi.web("on")
    guests(pi, "on")
    before = access(pi)
    pi.calls()
    assert guests(pi, "on") == 0
    assert pi.calls() == []
    assert access(pi).token() == before.token()
    assert "let in already" in capsys.readouterr().out
    assert guests(pi, "new", "--hours", "3") == 0
    after = access(pi)
    assert after.code != before.code
    assert after.grant(before.token()) is None
    assert after.seconds_left(after.token()) <= 3 * 3600


def test_off_ends_everything_for_good_and_twice_is_not_a_fault(
    pi: Pi,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pi.web("on")
    guests(pi, "on")
    before = access(pi)
    pi.calls()
    assert guests(pi, "off") == 0
    assert pi.calls() == RESTARTED
    assert guests(pi, "off") == 0
    assert pi.calls() == []
    assert "Guests are not let in" in capsys.readouterr().out
    guests(pi, "on")
    assert access(pi).grant(before.token()) is None, "an old link must not come to life again"


def test_without_the_page_or_root_it_says_so_and_changes_nothing(
    pi: Pi,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = pi.config.read_text()
    assert guests(pi, "on") == 2
    assert "sudo smart-selfie web on" in capsys.readouterr().err
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for action in ("on", "off", "new"):
        assert guests(pi, action) == 2
        assert f"sudo smart-selfie web guests {action}" in capsys.readouterr().err
    assert guests(pi) == 0, "whether guests are let in may be asked by anybody who can read the settings"
    assert (pi.calls(), pi.config.read_text()) == ([], before)


@pytest.mark.parametrize(
    "words", [["--hours", "0"], ["--hours", "99999"], ["off", "--set", "rule.min_faces=2"]]
)
def test_senseless_words_are_refused(pi: Pi, words: list[str]) -> None:
    assert guests(pi, *words) == 2


def test_an_action_belongs_to_guests_only(pi: Pi, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["web", "status", "new", "--config", str(pi.config)]) == 2
    assert "takes no new" in capsys.readouterr().err


@pytest.mark.parametrize(("clock", "day"), [("05T23:10", "05"), ("06T02:30", "05"), ("06T06:00", "06")])
def test_a_party_after_midnight_is_still_of_the_day_before(clock: str, day: str) -> None:
    now = datetime.fromisoformat(f"2026-12-{clock}").replace(tzinfo=UTC)
    since, until, secret = new_pass(now, 5).split("-")
    assert datetime.fromtimestamp(int(since), UTC).strftime("%d %H:%M") == f"{day} 06:00"
    assert int(until) == int(now.timestamp()) + 5 * 3600
    assert len(secret) == 64


def test_guests_without_a_secret_or_a_password_are_reported_by_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    for lines, reason in (
        ("  guests: true\n", "smart-selfie web guests on"),
        (f"  guests: true\n  guest_pass: '{new_pass(datetime.now().astimezone(), 1)}'\n", "needs a password"),
        ("  guest_pass: sesame-open\n", "smart-selfie web guests new"),
    ):
        path.write_text(f"web:\n{lines}")
        assert main(["check", str(path)]) == 2
        said = capsys.readouterr()
        assert reason in said.out + said.err
        assert "sesame" not in said.out + said.err, "a secret is never shown"


@pytest.mark.parametrize("name", ["note.pdf", "note.svg"])
def test_the_note_for_the_wall_is_written_with_the_code_on_it(
    pi: Pi, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    note = tmp_path / name
    assert guests(pi, "note", "--save", str(note)) == 0
    assert "QR code is missing" in capsys.readouterr().out
    empty = note.read_bytes()
    pi.web("on")
    guests(pi, "on")
    capsys.readouterr()
    assert guests(pi, "note", "--save", str(note), "--language", "de") == 0
    assert capsys.readouterr().out == f"The note is in {note}\n"
    assert access(pi).code.encode() in note.read_bytes()
    assert b"gemeinsam" in note.read_bytes()
    assert len(note.read_bytes()) > len(empty)


def test_a_note_of_an_unknown_kind_or_language_is_refused(pi: Pi, tmp_path: Path) -> None:
    assert guests(pi, "note", "--save", str(tmp_path / "note.docx")) == 2
    assert guests(pi, "note", "--save", str(tmp_path / "missing" / "note.pdf")) == 1
    with pytest.raises(SystemExit):
        guests(pi, "note", "--language", "tlh")
