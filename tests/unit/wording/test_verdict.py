"""The verdict in plain words: who shows it, of how many, and what is waited for."""

from dataclasses import replace
from typing import Any

import pytest

from appliance.config import load_config
from appliance.config.schema import RuleSettings
from appliance.light.states import State
from appliance.pipeline.decide.decider import Decider
from appliance.records.decision import Command, Decision, Reason, ReasonKind
from appliance.wording.verdict import sentence, words
from tests.support.strategies import people


def rule(who: Any = "everyone", expression: Any = "happy", **others: Any) -> RuleSettings:
    settings = {"who": who, "expression": expression, **others}
    return load_config(None, [(f"rule.{key}", value) for key, value in settings.items()]).rule


def decided(rule: RuleSettings, *happy: float | None) -> Decision:
    """What the rule says of people with these probabilities, all there for long enough; None: missed now."""
    decider = Decider(rule)
    group = dict(enumerate(happy, 1))
    for step in range(60):
        decision = decider.decide(
            people(step / 30, {number: score or 0.1 for number, score in group.items()})
        )
    return decider.decide(people(2.0, group)) if None in happy else decision


def said(rule: RuleSettings, *happy: float | None) -> tuple[str, str]:
    found = words(decided(rule, *happy), rule)
    return found.title, found.detail


YES, NO = 0.95, 0.05


@pytest.mark.parametrize(
    ("who", "happy", "title", "detail"),
    [
        ("everyone", (), "Nobody in view", "Nobody is there"),
        ("everyone", (NO,), "0 of 1 smiles", "Waiting for 1 more"),
        ("everyone", (YES, NO, NO), "1 of 3 smiles", "Waiting for 2 more"),
        ("everyone", (YES, YES, NO), "2 of 3 smile", "Waiting for 1 more"),
        ({"at_least": 4}, (YES, YES, NO), "2 of at least 4 smile", "Waiting for 2 more"),
        ({"at_least": 4}, (YES, YES, YES), "3 of at least 4 smile", "Waiting for 1 more"),
        ({"at_least": 3}, (YES, NO, NO, NO), "1 of at least 3 smiles", "Waiting for 2 more"),
        ({"share": 0.8}, (YES, YES, NO, NO, NO), "2 of 5 smile", "Waiting for 2 more, 4 are needed"),
        ({"share": 0.5}, (NO, NO, NO), "0 of 3 smile", "Waiting for 2 more, 2 are needed"),
    ],
)
def test_the_verdict_says_how_many_of_how_many_and_what_is_missing(
    who: Any, happy: tuple[float, ...], title: str, detail: str
) -> None:
    assert said(rule(who), *happy) == (title, detail)


@pytest.mark.parametrize(
    ("who", "happy", "title"),
    [
        ("everyone", (YES,), "1 of 1 smiles"),
        ("everyone", (YES, YES, YES), "All 3 smile"),
        ({"at_least": 2}, (YES, YES, YES, NO), "3 smile"),
        ({"at_least": 1}, (YES, NO), "1 smiles"),
        ({"share": 0.5}, (YES, YES, NO), "2 of 3 smile"),
        ({"share": 0.5}, (YES, YES), "2 of 2 smile"),
    ],
)
def test_when_enough_show_it_nothing_more_is_asked_for(
    who: Any, happy: tuple[float, ...], title: str
) -> None:
    found = words(decided(rule(who), *happy), rule(who))
    assert found.title == title
    assert found.would == "It would take the picture"
    assert "waiting" not in found.detail.lower()


def test_the_photo_is_reported_and_then_why_there_is_no_second_one() -> None:
    decider, everyone = Decider(rule()), rule()
    details = [
        words(decider.decide(people(step / 30, {1: YES, 2: YES})), everyone).detail for step in range(150)
    ]
    told = [detail for last, detail in zip(["", *details], details, strict=False) if detail != last]
    assert told == ["Hold it", "Photo taken", "Cooling down", "The same scene as in the last photo"]


def test_somebody_out_of_sight_and_a_crowd_are_named() -> None:
    assert said(rule(), YES, None) == ("1 of 2 smiles", "1 of 2 out of sight")
    assert said(rule(min_faces=3), YES, YES) == ("All 2 smile", "2 of at least 3 people are there")
    assert said(rule(max_faces=1), YES, YES) == ("All 2 smile", "2 people are there, at most 1 are wanted")


def test_disarmed_says_so_whatever_the_faces_do() -> None:
    button = rule(mode="button")
    assert said(button, YES, YES) == ("All 2 smile", "Disarmed: no photos are taken")
    decider = Decider(button)
    decider.command(Command.SHOOT)
    assert words(decider.decide(people(0.0, {1: NO})), button).detail == "Photo taken"


def test_who_smiled_a_moment_ago_but_not_in_this_frame_is_asked_to_hold_it() -> None:
    decision = replace(decided(rule(), YES, YES), take_photo=False, light=State.WAITING, all_show=False)
    reason = Reason(kind=ReasonKind.NOT_EVERYBODY, people=2, showing=1, needed=2)
    found = words(replace(decision, reason=reason), rule())
    assert (found.detail, found.would) == ("Almost, hold it", "No picture: almost, hold it")


def test_every_reason_has_the_sentence_that_programs_read_in_the_json() -> None:
    facts = {"people": 5, "showing": 3, "needed": 4, "missing": 2}
    assert {kind: sentence(Reason(kind=kind, **facts)) for kind in ReasonKind} == {
        ReasonKind.PHOTO: "photo",
        ReasonKind.NOBODY: "nobody is there",
        ReasonKind.TOO_FEW: "5 of at least 4 people are there",
        ReasonKind.TOO_MANY: "5 people are there, at most 4 are wanted",
        ReasonKind.OUT_OF_SIGHT: "2 of 5 out of sight",
        ReasonKind.COMING_IN: "somebody is coming in",
        ReasonKind.TOO_FAR: "somebody is too far away",
        ReasonKind.NOT_EVERYBODY: "3 of 5 show it",
        ReasonKind.NOT_ENOUGH: "3 of 5 show it, 4 are needed",
        ReasonKind.NOT_PLAINLY: "3 of 4 show it plainly",
        ReasonKind.DISARMED: "disarmed",
        ReasonKind.COOLING_DOWN: "cooling down",
        ReasonKind.SAME_SCENE: "the same scene as in the last photo",
        ReasonKind.HOLD: "hold it",
    }


def test_a_list_of_expressions_is_in_the_verdict() -> None:
    either = rule(expression=["happy", "surprise"])
    assert said(either, YES, NO, NO)[0] == "1 of 3 smiles or looks surprised"
    assert (
        said(rule({"at_least": 2}, ["surprise", "happy"]), YES, NO)[0]
        == "1 of at least 2 smiles or looks surprised"
    )
