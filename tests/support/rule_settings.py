"""Rules with any settings, for property tests."""

from typing import Any

from hypothesis import strategies as st

from appliance.config.schema import RuleSettings, Who

SETTINGS: dict[str, list[Any]] = {
    "who": [Who(), Who(at_least=1), Who(at_least=2), Who(at_least=3), Who(share=0.5)],
    "sensitivity": ["slight", "normal", "big"],
    "hold_seconds": [0.0, 0.25, 1.0],
    "hold_frames": [0, 10],
    "min_faces": [1, 2],
    "max_faces": [3, 100],
    "cooldown_seconds": [0.0, 1.0],
    "new_scene": [False, True],
    "mode": ["button", "always_armed"],
    "shots_per_arming": [0, 2],
    "disarm_after_minutes": [0.0, 0.1],
    "smoothing_seconds": [0.0, 0.1],
}


def rule_of(drawn: dict[str, Any]) -> RuleSettings:
    """The rule with these settings; what only an appliance with a button has is left out for another."""
    always = {"shots_per_arming": 0, "disarm_after_minutes": 0.0} if drawn["mode"] == "always_armed" else {}
    return RuleSettings(**(drawn | always))


rules = st.fixed_dictionaries({key: st.sampled_from(values) for key, values in SETTINGS.items()}).map(rule_of)
