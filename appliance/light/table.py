"""Table of the light's signals. Code, page, pictures and ``docs/light.md`` are made from it.

To add a signal:

1. Give it a name and a row: a State in ``state_rows.py``, a Condition in ``condition_rows.py``. A new blink
   pattern is a generator in ``patterns.py``.
2. Report it: a State from where decisions are made, a Condition from the watch that notices it.
3. Translate its words, in ``appliance/language``.

Then run ``scripts/generate``: it writes the row into ``docs/light.md``. The tests in ``tests/unit/light``
check that a plain LED can play every row and that no two look the same.
"""

from collections.abc import Mapping

from appliance.light.condition_rows import CONDITION_ROWS
from appliance.light.row import Row
from appliance.light.state_rows import STATE_ROWS
from appliance.light.states import SIGNALS, Condition, Signal, State

TABLE: Mapping[Signal, Row] = {
    signal: STATE_ROWS[signal] if isinstance(signal, State) else CONDITION_ROWS[signal] for signal in SIGNALS
}

CONDITIONS: tuple[Condition, ...] = tuple(sorted(Condition, key=lambda condition: TABLE[condition].priority))
"""In order of priority."""

FAULTS: tuple[Condition, ...] = tuple(condition for condition in Condition if TABLE[condition].fault)
"""Conditions about which somebody has to do something."""
