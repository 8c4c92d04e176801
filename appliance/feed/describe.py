"""Decision as plain JSON, for the page."""

from typing import Any

from appliance.config.schema import RuleSettings
from appliance.light.states import Condition
from appliance.records.decision import Decision, Showing
from appliance.records.labels import EXPRESSIONS
from appliance.wording.verdict import sentence, words


def describe(decision: Decision, rule: RuleSettings, fault: Condition | None) -> dict[str, Any]:
    """Return everybody in view and the verdict, as JSON values.

    Boxes are shares of the picture, 0 to 1; ``captured_at`` is in seconds on the machine's monotonic clock.
    ``rule`` is the one it was decided by, ``fault`` the condition shown by the light instead of the decision.
    """
    frame = decision.frame
    verdict = words(decision, rule)
    height, width = frame.grey.shape
    return {
        "kind": "frame",
        "sequence": frame.sequence,
        "captured_at": frame.captured_at,
        "size": [width, height],
        "people": [_person(showing, width, height) for showing in decision.people],
        "title": verdict.title,
        "detail": verdict.detail,
        "showing": verdict.showing,
        "needed": verdict.needed,
        "counted": sum(showing.person.counts for showing in decision.people),
        "armed": decision.armed,
        "all_show": decision.all_show,
        "photo": decision.take_photo,
        "light": str(fault or decision.light),
        "reason": sentence(decision.reason),
    }


def _person(showing: Showing, width: int, height: int) -> dict[str, Any]:
    face = showing.person.face
    box = face.box
    return {
        "number": showing.person.number,
        "box": [
            round(box.x / width, 4),
            round(box.y / height, 4),
            round(box.w / width, 4),
            round(box.h / height, 4),
        ],
        "seen": showing.person.seen,
        "counts": showing.person.counts,
        "too_far": showing.person.too_far,
        "shows": showing.shows,
        "score": round(showing.score, 3),
        "expression": face.expression,
        "scores": [round(face.scores[name], 3) for name in EXPRESSIONS],
    }
