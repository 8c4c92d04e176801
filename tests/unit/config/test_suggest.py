"""A key or an expression that does not exist is answered with the one that was meant."""

from pathlib import Path

import pytest

from appliance.config import load_config, parse_override
from appliance.config.suggest import expression_meant
from appliance.errors import ConfigError


@pytest.mark.parametrize(
    ("override", "meant"),
    [
        ("expression=happy", "did you mean rule.expression?"),
        ("rule.expresion=happy", "did you mean rule.expression?"),
        ("expresion=happy", "did you mean rule.expression?"),
        ("rule.frame_rate=30", "did you mean camera.frame_rate?"),
        ("camara.source=auto", "did you mean camera?"),
        ("rule.who.at_most=3", "did you mean rule.who.at_least?"),
        ("zzz=1", "choose one of camera, faces"),
    ],
)
def test_a_key_that_does_not_exist_is_answered_with_the_whole_name_of_the_one_meant(
    override: str, meant: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load_config(None, [parse_override(override)])
    assert meant in str(refused.value)


@pytest.mark.parametrize(
    ("word", "expression"),
    [
        ("smile", "happy"),
        ("Smiling", "happy"),
        ("surprised", "surprise"),
        ("anger", "angry"),
        ("hapy", "happy"),
        ("qqq", None),
    ],
)
def test_what_people_call_an_expression_is_known(word: str, expression: str | None) -> None:
    assert expression_meant(word) == expression


def test_problems_are_reported_in_the_order_of_lines(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("hardware:\n  led_pin: 99\nrule:\n  min_faces: 0\ncamera:\n  device: -1\n")
    with pytest.raises(ConfigError) as refused:
        load_config(path)
    assert [problem.line for problem in refused.value.problems] == [2, 4, 6]


def test_a_tab_is_reported_in_words(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("rule:\n\tmin_faces: 2\n")
    with pytest.raises(ConfigError, match=r"line 2: .*tab.*blanks"):
        load_config(path)
