"""smart-selfie export: what it prints, and its exit code."""

import json
import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.config.live import LiveConfig
from tests.support.sticks import names


def test_no_photos_is_not_a_success(tmp_path: Path, stick: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    code = main(["export", str(stick), "--set", f"storage.folder={tmp_path / 'empty'}"])
    assert code == 1
    assert "no photos" in capsys.readouterr().err
    assert list(stick.glob("selfie*")) == []


def test_with_a_bad_configuration_the_photos_are_where_the_last_good_one_says(
    card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config, state = tmp_path / "config.yaml", tmp_path / "state"
    state.mkdir()
    config.write_text(f"storage: {{folder: {card}}}\nexport: {{label: PARTY}}\n")
    live = LiveConfig(config, (), state)
    live.remember(live.load())
    config.write_text("storage: {foldr: x}\n")
    monkeypatch.setenv("STATE_DIRECTORY", str(state))
    assert main(["export", "--print-label", "--config", str(config)]) == 0
    told = capsys.readouterr()
    assert told.out == "PARTY\n"
    assert "foldr" in told.err
    assert main(["export", str(tmp_path / "stick"), "--config", str(config)]) == 0
    assert len(list((tmp_path / "stick").glob("selfie-*.jpg"))) == 6


def test_the_command_tells_the_result_and_decides_the_exit_code(
    card: Path, stick: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    setting = ["--set", f"storage.folder={card}"]
    assert main(["export", str(stick), *setting]) == 0
    assert "6 of 6 photos" in capsys.readouterr().out
    assert main(["export", str(stick), "--json", *setting]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["complete"], facts["found"], facts["copied"], facts["already_there"]) == (True, 6, 0, 6)
    assert main(["export", "/proc/photos", *setting]) == 1
    assert "Nothing was copied" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("terminal", [True, False])
def test_a_person_at_a_terminal_sees_how_far_it_is_and_the_journal_does_not(
    card: Path, tmp_path: Path, terminal: bool
) -> None:
    reader, writer = pty.openpty() if terminal else os.pipe()
    if terminal:
        termios.tcsetwinsize(writer, (25, 80))
    (tmp_path / "to").mkdir()
    command = [sys.executable, "-m", "appliance", "export", str(tmp_path / "to")]
    command += ["--set", f"storage.folder={card}"]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=writer, check=True)
    os.write(writer, b".")  # so that there is something to read
    told = os.read(reader, 65536)
    os.close(writer)
    os.close(reader)
    assert (b"0/6" in told) == terminal
    assert len(names(tmp_path / "to")) == 6
