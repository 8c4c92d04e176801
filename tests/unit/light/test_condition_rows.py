"""Conditions of the light: any number at a time, so each has a priority of its own."""

from appliance.light.condition_rows import CONDITION_ROWS, Condition
from appliance.light.row import Kind


def test_every_condition_has_a_row_and_a_priority_of_its_own() -> None:
    assert set(CONDITION_ROWS) == set(Condition)
    priorities = [row.priority for row in CONDITION_ROWS.values()]
    assert len(set(priorities)) == len(priorities)
    assert priorities == sorted(priorities), "rows stand in the order in which they win"


def test_a_reminder_never_hides_what_plays_instead_of_everything() -> None:
    reminders = [row.priority for row in CONDITION_ROWS.values() if row.kind is Kind.REMINDER]
    others = [row.priority for row in CONDITION_ROWS.values() if row.kind is not Kind.REMINDER]
    assert max(others) < min(reminders)
