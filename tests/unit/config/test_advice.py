"""Header numbers taken for BCM numbers are the commonest slip in wiring."""

from pathlib import Path

import pytest

from appliance import cli
from appliance.config import Config
from appliance.config.advice import HEADER_PINS, advice


def test_a_pin_of_the_header_taken_for_a_gpio_is_reported_with_line_and_both_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("hardware:\n  led_pin: 11\n")
    assert cli.main(["check", str(path)]) == 0
    shown = capsys.readouterr()
    assert "line 2: hardware.led_pin = 11" in shown.err
    assert "GPIO11 is pin 23 of the header; pin 11 of the header is GPIO17" in shown.err
    assert shown.out == f"{path}: good\n"


def test_the_default_wiring_and_the_usual_pins_are_left_alone() -> None:
    assert advice(Config()) == []
    assert advice(Config.model_validate({"hardware": {"rgb_pins": [22, 23, 24], "flash_pin": 18}})) == []


def test_a_folder_that_cannot_be_one_and_a_recording_that_is_not_there_are_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder, reason in (("photos", "started in"), (str(tmp_path / "file"), "is not a folder")):
        (problem,) = advice(Config.model_validate({"storage": {"folder": folder}}))
        assert (problem.key, problem.value) == ("storage.folder", folder)
        assert reason in problem.reason
    camera = {"source": "replay", "recording": str(tmp_path / "none.mp4")}
    (problem,) = advice(Config.model_validate({"camera": camera}))
    assert (problem.key, problem.reason) == ("camera.recording", "is not there")
    camera["recording"] = str(tmp_path / "file")
    there = {"camera": camera, "storage": {"folder": str(tmp_path / "not yet")}}
    assert advice(Config.model_validate(there)) == []


def test_a_number_that_yaml_reads_otherwise_is_reported_with_what_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("camera:\n  frame_rate: 036\nmoment: {memory_mb: 1:30}\nrule:\n  min_faces: 3\n")
    assert cli.main(["check", str(path)]) == 0
    shown = capsys.readouterr().err
    assert "line 2: camera.frame_rate = 30: is how YAML reads what stands there" in shown
    assert "line 3: moment.memory_mb = 90: is how YAML reads what stands there" in shown
    assert "min_faces" not in shown


def test_each_of_three_pins_is_looked_at() -> None:
    config = Config.model_validate({"hardware": {"rgb_pins": [11, 13, 15]}})
    assert [problem.value for problem in advice(config)] == [11, 13, 15]


def test_the_header_has_every_gpio_once() -> None:
    assert sorted(HEADER_PINS.values()) == list(range(2, 28))
