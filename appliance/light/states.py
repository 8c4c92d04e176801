"""Names of the light's signals. The rows beside them give the look and meaning of each.

The values are part of the feed, the metrics, ``/run/smart-selfie-export/light`` and the arguments of
``smart-selfie light``: they are stable.
"""

from appliance.light.condition_rows import Condition
from appliance.light.state_rows import State

__all__ = ["SIGNALS", "Condition", "Signal", "State"]

Signal = State | Condition
"""Any signal of the light."""
SIGNALS: tuple[Signal, ...] = (*State, *Condition)
