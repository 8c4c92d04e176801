"""Mistyped words are answered with what may have been meant."""

import pytest

from appliance.cli.parser import COMMANDS, parse_arguments


@pytest.mark.parametrize(
    ("line", "suggestion", "usage"),
    [
        ("jugde a.jpg", "did you mean judge?", "smart-selfie [-h]"),
        ("judge a.jpg --jsn", "--jsn (did you mean --json?)", "smart-selfie judge"),
        ("judge a.jpg --out=x", "unrecognized arguments: --out=x\n", "smart-selfie judge"),
        ("replay a.mp4 --explian", "did you mean --explain?", "smart-selfie replay"),
        ("light armd", "did you mean armed?", "smart-selfie light"),
    ],
)
def test_a_mistyped_word_is_answered_with_a_suggestion(
    line: str, suggestion: str, usage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        parse_arguments(line.split())
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert suggestion in said
    assert said.startswith(f"usage: {usage}")


def test_without_arguments_the_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse_arguments([])
    assert end.value.code == 2
    shown = capsys.readouterr()
    assert all(text.split()[0] in shown.out + shown.err for text in COMMANDS)
