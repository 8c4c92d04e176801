"""States of the light: one at a time, so none has a priority."""

import pytest

from appliance.light.row import Kind
from appliance.light.state_rows import STATE_ROWS, State


def test_every_state_has_a_row_and_nothing_else_has() -> None:
    assert list(STATE_ROWS) == list(State)


@pytest.mark.parametrize("state", State)
def test_a_state_waits_for_no_other_and_covers_none(state: State) -> None:
    row = STATE_ROWS[state]
    assert row.kind in {Kind.STATE, Kind.ONCE}
    assert row.priority == 0
    assert not row.on_page, "the page shows states in words of its own"
