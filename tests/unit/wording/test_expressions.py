"""The verb of an expression."""

from typing import Any

import pytest

from appliance.config.schema import RuleSettings
from appliance.wording.verdict import show_it


@pytest.mark.parametrize(
    ("expression", "one", "many"),
    [
        ("happy", "smiles", "smile"),
        ("surprise", "looks surprised", "look surprised"),
        (["happy", "surprise"], "smiles or looks surprised", "smile or look surprised"),
        (["sad", "fear"], "looks sad or afraid", "look sad or afraid"),
        (
            ["angry", "disgust", "neutral"],
            "looks angry or disgusted or neutral",
            "look angry or disgusted or neutral",
        ),
        (["angry", "disgust", "fear", "sad"], "shows it", "show it"),
    ],
)
def test_each_expression_and_each_list_of_them_has_its_verb(expression: Any, one: str, many: str) -> None:
    wanted = RuleSettings.model_validate({"expression": expression}).expression
    assert (show_it(wanted, 1), show_it(wanted, 2), show_it(wanted, 0)) == (one, many, many)
