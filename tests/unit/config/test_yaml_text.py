"""YAML text: its values, its lines, and what no program could use."""

from itertools import pairwise
from pathlib import Path

import pytest

from appliance.config import load_config
from appliance.errors import ConfigError, Problem


def problems(tmp_path: Path, text: str | bytes) -> list[Problem]:
    path = tmp_path / "config.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert all(problem.file == str(path) for problem in caught.value.problems)
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "line", "key", "reason"),
    [
        ("rule:\n  new_scene: !!bool foo\n", 2, "rule.new_scene", "cannot be read as true or false"),
        ('rule:\n  min_faces: !!int ""\n', 2, "rule.min_faces", "cannot be read as a whole number"),
        ("rule:\n  min_faces: !!timestamp x\n", 2, "rule.min_faces", "is read as a date"),
        ("rule:\n  hold_seconds: !!float x\n", 2, "rule.hold_seconds", "cannot be read as a number"),
        ("rule:\n  expression: !smile\n", 2, "rule.expression", "tag"),
        ("--- !!set {camera}\n", 1, "", "tag"),
        (f"rule:\n  min_faces: 0x{'f' * 5000}\n", 2, "rule.min_faces", "too long for a whole number"),
        (f"rule:\n  min_faces: {'9' * 5000}\n", 2, "rule.min_faces", "too long for a whole number"),
        ('rule:\n  min_faces: "\\UFFFFFFFF"\n', 2, "", "an escape names no character"),
        ("camera: {}\n# \0\n", 2, "", "U+0000"),
        ("camera: {}\nrule:\n  mode: \a\n", 3, "", "U+0007"),
        ("camera: {}\non: 1\n", 2, "on", "YAML reads this one as true or false"),
        ("rule:\n  Yes: 1\n", 2, "rule.Yes", "YAML reads this one as true or false"),
        ("rule:\n  1: 1\n", 2, "rule.1", "YAML reads this one as a whole number"),
        ('rule:\n  "\\ud800": 1\n', 2, "rule.\ud800", "a plain word"),
        ("web:\n  names:\n  - &a x\n  - *a\n", 4, "web.names.1", "anchors"),
        ("camera:\n  orientation: no\n", 2, "camera.orientation", "0, 90, 180 or 270"),
        ("rule:\n  who: {at_least: }\n", 2, "rule.who", "must be everyone, or"),
        ('storage:\n  folder: "/tmp/a\\0b"\n', 2, "storage.folder", "control characters"),
        ('camera:\n  recording: "a\\nb"\n', 2, "camera.recording", "control characters"),
        ('web:\n  socket: "/tmp/a\\0b"\n', 2, "web.socket", "control characters"),
        ('web:\n  listen: "127.0.0.1\\0"\n', 2, "web.listen", "control characters"),
        (f"web:\n  socket: /run/{'é' * 60}\n", 2, "web.socket", "bytes"),
    ],
    ids=lambda given: str(given)[:40],
)
def test_what_no_program_could_use_is_named_like_any_other_mistake(
    tmp_path: Path, text: str, line: int, key: str, reason: str
) -> None:
    (problem,) = problems(tmp_path, text)
    assert (problem.line, problem.key) == (line, key)
    assert reason in problem.reason


def test_numbers_are_read_as_yaml_has_always_read_them(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("rule: {min_faces: 010, max_faces: 1:30, hold_seconds: 0:05.5, hold_frames: !!int '2'}\n")
    rule = load_config(path).rule
    assert (rule.min_faces, rule.max_faces, rule.hold_seconds, rule.hold_frames) == (8, 90, 5.5, 2)


@pytest.mark.timeout(20)
def test_a_few_lines_that_would_grow_without_bound_are_refused_at_once(tmp_path: Path) -> None:
    lines = [f"- &{one} [{', '.join([f'*{before}'] * 10)}]" for before, one in pairwise("abcdefghi")]
    found = problems(tmp_path, "\n".join(["web:", " names:", " - &a [x]", *(f" {line}" for line in lines)]))
    assert (found[0].line, found[0].key) == (4, "web.names.1.0")
    assert all("anchors" in problem.reason for problem in found)
    assert problems(tmp_path, "a: &a [*a]\n")


def test_deep_nesting_is_refused_without_a_traceback(tmp_path: Path) -> None:
    assert problems(tmp_path, "[" * 50_000)
