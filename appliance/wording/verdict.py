"""Sentences about decisions, the same on the page and in pictures."""

from dataclasses import dataclass

from appliance.config.schema import RuleSettings
from appliance.light.states import State
from appliance.pipeline.decide.company import needed
from appliance.records.decision import Decision, Reason, ReasonKind, Showing
from appliance.wording.expressions import NAMES

_SENTENCES = {
    ReasonKind.PHOTO: "photo",
    ReasonKind.NOBODY: "nobody is there",
    ReasonKind.TOO_FEW: "{people} of at least {needed} people are there",
    ReasonKind.TOO_MANY: "{people} people are there, at most {needed} are wanted",
    ReasonKind.OUT_OF_SIGHT: "{missing} of {people} out of sight",
    ReasonKind.COMING_IN: "somebody is coming in",
    ReasonKind.TOO_FAR: "somebody is too far away",
    ReasonKind.NOT_EVERYBODY: "{showing} of {people} show it",
    ReasonKind.NOT_ENOUGH: "{showing} of {people} show it, {needed} are needed",
    ReasonKind.NOT_PLAINLY: "{showing} of {needed} show it plainly",
    ReasonKind.DISARMED: "disarmed",
    ReasonKind.COOLING_DOWN: "cooling down",
    ReasonKind.SAME_SCENE: "the same scene as in the last photo",
    ReasonKind.HOLD: "hold it",
}
"""Reasons in words. Programs read them in the JSON of replay and of the page: they are stable."""

_SHOWING = {ReasonKind.NOT_EVERYBODY, ReasonKind.NOT_ENOUGH, ReasonKind.NOT_PLAINLY}
"""Reasons that wait for an expression; the page counts people again, by the smoothed scores."""

_MOST_NAMED = 3
"""With more expressions than these, words would be a list."""


@dataclass(frozen=True, slots=True)
class Words:
    """``title`` is the group's verdict, ``detail`` what happens next; ``would`` is the detail of a still.

    ``showing`` of the ``needed`` people show it.
    """

    title: str
    detail: str
    would: str
    showing: int
    needed: int


def words(decision: Decision, rule: RuleSettings) -> Words:
    """Return the verdict on a frame, by the ``rule`` it was decided by."""
    counted = [showing for showing in decision.people if showing.person.counts]
    showing = sum(person.shows and person.person.seen for person in counted)
    wanted = needed(rule, len(counted))
    waits = _waits(decision, rule, showing, wanted)
    return Words(
        _title(rule, counted, showing, wanted),
        _detail(decision, waits),
        "It would take the picture" if decision.all_show else f"No picture: {waits}",
        showing,
        wanted,
    )


def sentence(reason: Reason) -> str:
    """Return the reason in a few words, lower case, without a full stop."""
    return _SENTENCES[reason.kind].format(
        people=reason.people, showing=reason.showing, needed=reason.needed, missing=reason.missing
    )


def show_it(expressions: tuple[str, ...], count: int) -> str:
    """Return the verb for ``count`` people: "smile", "looks sad or fearful"; "show it" for many."""
    single = count == 1
    if len(expressions) > _MOST_NAMED:
        return "shows it" if single else "show it"
    verbs = ["smiles" if single else "smile"] if "happy" in expressions else []
    looks = [NAMES[name] for name in expressions if name != "happy"]
    if looks:
        verbs.append(f"{'looks' if single else 'look'} {' or '.join(looks)}")
    return " or ".join(verbs)


def _title(rule: RuleSettings, counted: list[Showing], showing: int, wanted: int) -> str:
    present = len(counted)
    verb = show_it(rule.expression, showing)
    if not present:
        return "Nobody in view"
    if rule.who.at_least is not None:
        return f"{showing} of at least {wanted} {verb}" if showing < wanted else f"{showing} {verb}"
    if rule.who.share is None and showing == present > 1:
        return f"All {present} {verb}"
    return f"{showing} of {present} {verb if present > 1 else show_it(rule.expression, 1)}"


def _waits(decision: Decision, rule: RuleSettings, showing: int, wanted: int) -> str:
    """Return what the photo waits for, to be put after a colon."""
    if decision.reason.kind not in _SHOWING:
        return sentence(decision.reason)
    if showing >= wanted:  # by what they showed a moment ago, but not in this very frame
        return "almost, hold it"
    missing = f"{wanted - showing} more"
    return (
        f"waiting for {missing}, {wanted} are needed"
        if rule.who.share is not None
        else f"waiting for {missing}"
    )


def _detail(decision: Decision, waits: str) -> str:
    if decision.take_photo or decision.light is State.PHOTO:
        return "Photo taken"
    if not decision.armed:
        return "Disarmed: no photos are taken"
    return waits[:1].upper() + waits[1:]
