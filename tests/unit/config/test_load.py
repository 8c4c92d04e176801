"""Bad settings are told by line, key, value and reason; good ones are what the shipped file says."""

import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.cli import main
from appliance.config import Config, load_config, parse_override
from appliance.config.template import json_schema, render
from appliance.errors import ConfigError, Problem, UsageError
from appliance.web.passwords import hash_password

ROOT = Path(__file__).parents[3]


def problems(tmp_path: Path, text: str | bytes) -> list[Problem]:
    path = tmp_path / "config.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert all(problem.file == str(path) for problem in caught.value.problems)
    return caught.value.problems


def test_an_empty_file_means_every_default(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("# nothing\n")
    assert load_config(tmp_path / "c.yaml") == Config()
    (tmp_path / "c.yaml").write_text("camera:\nrule:\n")
    assert load_config(tmp_path / "c.yaml") == Config()


@pytest.mark.parametrize(
    ("text", "line", "key", "reason"),
    [
        ("camera:\n  sorce: auto\n", 2, "camera.sorce", "did you mean camera.source?"),
        ("nonsense: 1\n", 1, "nonsense", "unknown key"),
        ("rule:\n\n  min_faces: two\n", 3, "rule.min_faces", "whole number"),
        ("rule:\n  min_faces: 0\n", 2, "rule.min_faces", "must be 1 or more"),
        ("rule:\n  min_faces: true\n", 2, "rule.min_faces", "whole number"),
        (
            "rule:\n  expression: smile\n",
            2,
            "rule.expression",
            "unknown expression 'smile'; did you mean",
        ),
        ("rule:\n  expression: [happy, happy]\n", 2, "rule.expression", "twice"),
        ("camera:\n  picture_size: [640, x]\n", 2, "camera.picture_size.1", "whole number"),
        ("camera: 5\n", 1, "camera", "section"),
        ("hardware:\n  led_pin: 27\n", 1, "hardware.button_pin", "used twice"),
        ("hardware:\n  led_pin: 5\n  button_pin: 5\n", 3, "hardware.button_pin", "used twice"),
        ("hardware:\n  led_pin: 99\n", 2, "hardware.led_pin", "27"),
        ("rule:\n  mode: button\n  mode: button\n", 3, "rule.mode", "twice"),
        ("a: &x 1\ncamera: *x\n", 2, "camera", "anchors"),
        ("camera:\n  source: [\n", 3, "", "not YAML"),
        ("- 1\n", 1, "", "list of sections"),
        (b"camera:\n  source: \xff\n", 2, "", "UTF-8"),
        ("x: 2026-99-99\n", 1, "x", "is read as a date"),
        ("storage:\n  folder: 2026-01-01\n", 2, "storage.folder", "is read as a date"),
        ("web:\n  enabled: 1\n", 2, "web.enabled", "must be true or false"),
        ("web:\n  listen: 127.1\n", 2, "web.listen", "must be text; put it in quotes"),
        ("web:\n  listen: ''\n", 2, "web.listen", "must not be empty"),
        ("web:\n  url: https://selfie.lan:99999\n", 2, "web.url", "must be like https://"),
        ("camera:\n  picture_size: 1920x1080\n", 2, "camera.picture_size", "such as [1920, 1080]"),
        ("camera:\n  picture_size: [1, 2, 3]\n", 2, "camera.picture_size", "2 are the most"),
        ("camera:\n  source: replay\n", 1, "camera.recording", "name what to play"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str | bytes, line: int, key: str, reason: str) -> None:
    (problem,) = problems(tmp_path, text)
    assert (problem.line, problem.key) == (line, key)
    assert reason in problem.reason


def test_a_file_of_nothing_but_mistakes_does_not_flood_the_journal(tmp_path: Path) -> None:
    found = problems(tmp_path, "".join(f"key{number}: 1\n" for number in range(1000)))
    assert len(found) == 101
    assert found[-1].reason == "and 900 problems more"


@pytest.mark.parametrize(
    "value", [1 << 100_000, "x" * 100_000, [["x"] * 1000] * 1000], ids=["number", "text", "list"]
)
def test_a_value_of_any_size_is_reported_in_a_line(value: object) -> None:
    told = str(Problem("web.names", value, "must be short", 3, "config.yaml"))
    assert len(told) < 300
    assert told.endswith("must be short")


def test_a_key_cannot_write_into_the_journal(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, '"x\\n\\e[2J": 1\n')
    assert str(problem).isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "web:\n  password: 12345678\n",
        "web:\n  password: [12345678]\n",
        "web:\n  password: !12345678\n",
        "web:\n  password: !12345678!x\n",
        "web:\n  passwort: 12345678\n",
        "web.password: 12345678\n",
        "web: [password, 12345678]\n",
    ],
)
def test_a_password_is_not_shown_however_wrongly_it_is_written(tmp_path: Path, text: str) -> None:
    (problem,) = problems(tmp_path, text)
    assert problem.value is None
    assert "345678" not in str(problem)


def test_every_problem_is_named_not_only_the_first(tmp_path: Path) -> None:
    text = "camera:\n  sorce: auto\nrule:\n  min_faces: two\nstorage:\n  quality: 101\n"
    assert [problem.line for problem in problems(tmp_path, text)] == [2, 4, 6]


def test_a_file_too_large_to_be_a_configuration_is_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "#" * 300_000)
    assert "larger than" in problem.reason


def test_a_setting_on_the_command_line_wins_and_is_checked_too(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("rule:\n  min_faces: 3\n")
    config = load_config(tmp_path / "c.yaml", [parse_override("rule.min_faces=4")])
    assert config.rule.min_faces == 4
    with pytest.raises(ConfigError, match=r"rule\.min_faces"):
        load_config(None, [parse_override("rule.min_faces=x")])
    with pytest.raises(UsageError):
        parse_override("rule.min_faces")


@pytest.mark.parametrize(
    "value", ["2026-99-99", "!!bool x", "9" * 5000, "[" * 3000, "[&a x, *a]", "\udcff", "{on: 1}", "["]
)
def test_a_setting_on_the_command_line_that_nobody_can_read_is_bad_usage(
    value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(ROOT / "config.yaml"), "--set", f"rule.min_faces={value}"]) == 2
    assert capsys.readouterr().err.startswith("smart-selfie: --set rule.min_faces")


@pytest.mark.parametrize("text", ["web.password: geheim", "web.password geheim", "web.password=!geheim"])
def test_a_password_on_the_command_line_is_not_repeated(text: str) -> None:
    with pytest.raises(UsageError, match=r"web\.password") as caught:
        parse_override(text)
    assert "geheim" not in str(caught.value)


def test_what_is_wrong_on_the_command_line_is_not_looked_for_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("rule:\n  min_faces: 2\n  cooldown_seconds: -1\nhardware:\n  led_pin: 4\n")
    told = {}
    with pytest.raises(ConfigError) as caught:
        load_config(path, [("rule.min_faces", 0), ("hardware.led_pin", 27), ("nonsense", 1)])
    for problem in caught.value.problems:
        told[problem.key] = problem.file, problem.line
    assert told == {
        "rule.min_faces": ("--set", None),
        "hardware.button_pin": ("--set", None),
        "nonsense": ("--set", None),
        "rule.cooldown_seconds": (str(path), 3),
    }


@pytest.mark.parametrize("name", ["", "/", "x" * 250])
def test_a_name_that_can_be_no_file_is_reported(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x" * 250).write_text("rule: 5\n")
    assert main(["run", "--config", name]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_the_schema_for_editors_knows_what_the_appliance_knows(tmp_path: Path) -> None:
    schema = json_schema()
    assert {"type": "null"} in schema["properties"]["rule"]["anyOf"]
    definitions = schema["$defs"]
    pins = definitions["HardwareSettings"]["properties"]["rgb_pins"]["anyOf"][0]
    assert (pins["uniqueItems"], pins["maxItems"]) == (True, 3)
    web = definitions["WebSettings"]["properties"]
    for key in (definitions["StorageSettings"]["properties"]["folder"], web["socket"], web["listen"]):
        assert re.fullmatch(key["pattern"], "/run/a b é")
        assert not re.search(key["pattern"], "/run/a\0b")
    for password in ("", hash_password("open sesame!")):
        assert re.search(web["password"]["pattern"], password)
    assert not re.search(web["password"]["pattern"], "open sesame!")
    assert "3.0" in schema["$comment"]


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
