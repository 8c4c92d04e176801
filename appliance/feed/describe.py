"""A decision in plain JSON: what the page shows of a frame."""

from typing import Any

from appliance.frames import Decision, Light, Showing
from appliance.labels import EXPRESSIONS


def describe(decision: Decision, fault: Light | None) -> dict[str, Any]:
    """Everybody in view and the verdict. Boxes are shares of the picture, 0 to 1; ``captured_at`` is in
    seconds on the machine's monotonic clock. ``fault`` is what the light says instead of the decision.
    """
    frame = decision.frame
    height, width = frame.grey.shape
    return {
        "kind": "frame",
        "sequence": frame.sequence,
        "captured_at": frame.captured_at,
        "size": [width, height],
        "people": [_person(one, width, height) for one in decision.people],
        "showing": sum(one.shows and one.person.seen for one in decision.people if one.person.counts),
        "counted": sum(one.person.counts for one in decision.people),
        "armed": decision.armed,
        "all_show": decision.all_show,
        "photo": decision.take_photo,
        "light": str(fault or decision.light),
        "reason": decision.reason,
    }


def _person(one: Showing, width: int, height: int) -> dict[str, Any]:
    face = one.person.face
    box = face.box
    return {
        "number": one.person.number,
        "box": [
            round(box.x / width, 4),
            round(box.y / height, 4),
            round(box.w / width, 4),
            round(box.h / height, 4),
        ],
        "seen": one.person.seen,
        "counts": one.person.counts,
        "shows": one.shows,
        "score": round(one.score, 3),
        "expression": face.expression,
        "scores": [round(face.scores[name], 3) for name in EXPRESSIONS],
    }
