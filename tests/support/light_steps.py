"""What a signal of the light looks like, for tests."""

import itertools

from appliance.light.patterns import Facts, Step
from appliance.light.states import Signal
from appliance.light.table import TABLE


def steps(signal: Signal, count: int = 24, people: int = 0, level: float = 0.0) -> list[Step]:
    """The first ``count`` steps of the signal's pattern."""
    return list(itertools.islice(TABLE[signal].pattern(Facts(people, level)), count))
