"""smart-selfie check: the schema for editors."""

import json
from pathlib import Path

import pytest

from appliance.cli import main


def test_a_schema_for_editors_knows_every_key_and_both_ways_to_write_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", "--print-schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    rule = schema["$defs"]["RuleSettings"]["properties"]
    assert {"const": "everyone"} in rule["who"]["anyOf"]
    assert rule["who"]["default"] == "everyone"
    assert "happy" in rule["expression"]["anyOf"][0]["enum"]
    assert rule["hold_seconds"]["maximum"] == 10
    assert {"type": "string"} in schema["$defs"]["WebSettings"]["properties"]["names"]["anyOf"]
    assert schema["additionalProperties"] is False


ROOT = Path(__file__).parents[3]


def test_check_exits_2_with_the_place_and_0_when_all_is_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("rule:\n  expression: smile\n")
    assert main(["check", str(path)]) == 2
    assert f"{path}, line 2: rule.expression" in capsys.readouterr().err
    assert main(["check", str(ROOT / "config.yaml")]) == 0
    assert main(["check", str(tmp_path / "absent.yaml")]) == 2
