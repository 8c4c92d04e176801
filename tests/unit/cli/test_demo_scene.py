"""What the bundled scene can show, and what it cannot."""

import pytest

from appliance.cli.demo_scene import check_scene_can_show
from appliance.config import load_config
from appliance.errors import UsageError


@pytest.mark.parametrize("expression", ["happy", "neutral", "[happy, surprise]"])
def test_what_the_scene_shows_sometimes_may_be_asked_for(expression: str) -> None:
    config = load_config(None, [("rule.expression", expression)] if "[" not in expression else [])
    check_scene_can_show(config)


def test_the_message_about_the_scene_is_bad_usage() -> None:
    with pytest.raises(UsageError):
        check_scene_can_show(load_config(None, [("rule.expression", "angry")]))
