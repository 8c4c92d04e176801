"""Expressions over time: of everybody, of each person, as a table; no pictures."""

from typing import Any

import pytest

from appliance.records.labels import EXPRESSIONS
from appliance.web.history import History


def person(number: int, seen: bool = True, **scores: float) -> dict[str, Any]:
    values = [scores.get(name, 0.0) for name in EXPRESSIONS]
    return {
        "number": number,
        "seen": seen,
        "expression": max(EXPRESSIONS, key=lambda name: scores.get(name, 0.0)),
        "scores": values,
    }


def test_the_history_has_everybodys_mean_and_share_and_each_person() -> None:
    history = History(minutes=1)
    history.add([person(1, happy=0.9, neutral=0.1), person(2, sad=0.7, happy=0.3)], 10.0, 1000.0)
    history.add([person(1, happy=1.0), person(2, seen=False, sad=1.0)], 10.1, 1000.1)  # too soon
    history.add([person(1, seen=False, happy=1.0)], 11.0, 1001.0)
    first, second = history.since(0.0)["samples"]
    happy, sad = EXPRESSIONS.index("happy"), EXPRESSIONS.index("sad")
    assert first["count"] == 2
    assert first["mean"][happy] == pytest.approx(0.6)
    assert first["share"][happy] == first["share"][sad] == 0.5
    assert first["people"][2][sad] == pytest.approx(0.7)
    assert (second["count"], second["mean"], second["people"]) == (0, [], {})
    assert history.since(1000.5)["samples"] == [second]


def test_the_history_forgets_what_is_older_than_it_keeps() -> None:
    history = History(minutes=1)
    for second in range(200):
        history.add([person(1, happy=1.0)], float(second), 5000.0 + second)
    assert history.since(0.0)["samples"][0]["time"] == 5139.0
