"""smart-selfie doctor: its table, its JSON and its exit code."""

import json
import re
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.config import Config
from appliance.hw.machine import Machine


def test_every_fault_of_the_table_says_what_to_do_and_decides_the_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.yaml").write_text("camera: {source: scene}\nrule: {min_faces: many}\n")
    (tmp_path / "etc/smart-selfie").mkdir(parents=True)
    code = main(["doctor", "--json", "--root", str(tmp_path), "--config", str(tmp_path / "config.yaml")])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 1
    assert {item["name"] for item in found if item["state"] == "fault"} >= {"settings", "folder"}
    assert all(item["advice"] for item in found if item["state"] in {"fault", "warning"})


def test_a_good_machine_ends_with_zero_and_a_readable_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Machine(tmp_path).path(Config().storage.folder).mkdir(parents=True)
    code = main(
        ["doctor", "--root", str(tmp_path), "--set", "camera.source=scene", "--set", "storage.keep_free_mb=0"]
    )
    table = capsys.readouterr().out
    assert code == 0
    assert "FAULT" not in table
    assert "faces can be found and judged" in table


def test_on_a_terminal_faults_stand_out_and_lines_fit(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.delenv("NO_COLOR", raising=False)
    main(["doctor", "--root", str(tmp_path), "--set", "camera.source=scene", "--set", "hardware.led_pin=11"])
    table = capsys.readouterr().out
    assert "\033[33m look\033[0m  settings" in table
    plain = re.sub(r"\033\[[\d;]*m", "", table)
    assert (
        max(len(line) for line in plain.splitlines() if str(tmp_path) not in line and "numpy" not in line)
        <= 60
    )


def test_the_table_is_in_the_systems_language_and_json_in_english(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    command = ["doctor", "--root", str(tmp_path), "--set", "camera.source=scene"]
    main(command)
    table = capsys.readouterr().out
    assert "  Platine       kein Raspberry Pi" in table
    assert "not reported" not in table
    main([*command, "--json"])
    board = json.loads(capsys.readouterr().out.splitlines()[1])
    assert (board["name"], board["seen"]) == ("board", "not a Raspberry Pi")
