"""Bad settings are told by line, key, value and reason; good ones are what the shipped file says."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.cli import main
from appliance.config import Config, load_config, parse_override
from appliance.config.template import render, table
from appliance.errors import ConfigError, Problem, UsageError

ROOT = Path(__file__).parents[1]


def problems(tmp_path: Path, text: str | bytes) -> list[Problem]:
    path = tmp_path / "config.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert all(problem.file == str(path) for problem in caught.value.problems)
    return caught.value.problems


def test_the_shipped_file_is_the_one_the_schema_describes() -> None:
    assert (ROOT / "config.yaml").read_text("utf-8") == render()


def test_the_page_of_settings_is_the_one_the_schema_describes() -> None:
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == table()
    assert load_config(ROOT / "config.yaml") == Config()


def test_an_empty_file_means_every_default(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("# nothing\n")
    assert load_config(tmp_path / "c.yaml") == Config()
    (tmp_path / "c.yaml").write_text("camera:\nrule:\n")
    assert load_config(tmp_path / "c.yaml") == Config()


@pytest.mark.parametrize(
    ("text", "line", "key", "reason"),
    [
        ("camera:\n  sorce: auto\n", 2, "camera.sorce", "did you mean source?"),
        ("nonsense: 1\n", 1, "nonsense", "there is no such key"),
        ("rule:\n\n  min_faces: two\n", 3, "rule.min_faces", "whole number"),
        ("rule:\n  min_faces: 0\n", 2, "rule.min_faces", "greater than or equal to 1"),
        ("rule:\n  min_faces: true\n", 2, "rule.min_faces", "whole number"),
        ("rule:\n  expression: smile\n", 2, "rule.expression", "'smile' is no expression; there are"),
        ("rule:\n  expression: [happy, happy]\n", 2, "rule.expression", "twice"),
        ("camera:\n  picture_size: [640, x]\n", 2, "camera.picture_size.1", "whole number"),
        ("camera: 5\n", 1, "camera", "section"),
        ("hardware:\n  led_pin: 27\n", None, "hardware.button_pin", "used twice"),
        ("hardware:\n  led_pin: 5\n  button_pin: 5\n", 3, "hardware.button_pin", "used twice"),
        ("hardware:\n  led_pin: 99\n", 2, "hardware.led_pin", "27"),
        ("rule:\n  mode: button\n  mode: button\n", 3, "rule.mode", "twice"),
        ("a: &x 1\ncamera: *x\n", 2, "camera", "anchors"),
        ("camera:\n  source: [\n", 3, "", "not YAML"),
        ("- 1\n", 1, "", "list of sections"),
        (b"camera:\n  source: \xff\n", 2, "", "UTF-8"),
        ("x: 2026-99-99\n", None, "", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, text: str | bytes, line: int | None, key: str, reason: str
) -> None:
    (problem,) = problems(tmp_path, text)
    assert (problem.line or line, problem.key) == (line or problem.line, key)
    assert reason in problem.reason


def test_every_problem_is_named_not_only_the_first(tmp_path: Path) -> None:
    text = "camera:\n  sorce: auto\nrule:\n  min_faces: two\nstorage:\n  quality: 101\n"
    assert [problem.line for problem in problems(tmp_path, text)] == [2, 4, 6]


def test_a_file_too_large_to_be_a_configuration_is_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "#" * 300_000)
    assert "larger than" in problem.reason


def test_deep_nesting_is_refused_without_a_traceback(tmp_path: Path) -> None:
    assert problems(tmp_path, "[" * 50_000)


def test_a_setting_on_the_command_line_wins_and_is_checked_too(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("rule:\n  min_faces: 3\n")
    config = load_config(tmp_path / "c.yaml", [parse_override("rule.min_faces=4")])
    assert config.rule.min_faces == 4
    with pytest.raises(ConfigError, match=r"rule\.min_faces"):
        load_config(None, [parse_override("rule.min_faces=x")])
    with pytest.raises(UsageError):
        parse_override("rule.min_faces")


def test_check_exits_2_with_the_place_and_0_when_all_is_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("rule:\n  expression: smile\n")
    assert main(["check", str(path)]) == 2
    assert f"{path}, line 2: rule.expression" in capsys.readouterr().err
    assert main(["check", str(ROOT / "config.yaml")]) == 0
    assert main(["check", str(tmp_path / "absent.yaml")]) == 2


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_file_whatever_it_holds_gives_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    shipped = render().splitlines()
    at = data.draw(st.integers(0, len(shipped)))
    line = data.draw(st.text(st.characters(codec="utf-8"), max_size=30))
    path = tmp_path_factory.getbasetemp() / "fuzzed.yaml"
    path.write_text("\n".join([*shipped[:at], line, *shipped[at:]]), "utf-8")
    with contextlib.suppress(ConfigError):
        load_config(path)
