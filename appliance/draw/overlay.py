"""Drawing of a decision on the picture: a box for each person, green when the expression is shown."""

import cv2

from appliance.draw.text import AMBER, GREEN, GREY, lay, person_colour, tag
from appliance.records.decision import Decision, Showing
from appliance.records.frame import Bgr, Box, Colour
from appliance.wording.expressions import NAMES


def annotate(
    decision: Decision, picture: Colour | None = None, *, labels: bool = True, numbers: bool = False
) -> Colour:
    """Return a copy of ``picture`` (any size of this frame; the analysis image if None) with everybody's box.

    Each is labelled with the expression and its probability. Green shows it, amber does not, grey does not
    count or is out of sight. Lines and text grow with the picture. ``labels=False`` leaves the text out, for
    pictures too small to read it; ``numbers`` adds everybody's number, in the colour of their line in the
    chart.
    """
    drawn = (decision.frame.colour if picture is None else picture).copy()
    height, width = drawn.shape[:2]
    analysed_height, analysed_width = decision.frame.grey.shape
    for showing in decision.people:
        box = showing.person.face.box.scaled(width / analysed_width, height / analysed_height)
        unit = max(height, width * 3 // 4)  # a panorama's lines are not hair-thin
        colour = colour_of(showing)
        _rounded(drawn, box, colour, max(1, round(unit / 220)))
        size = max(9, round(unit / 34))
        if labels:
            _label(drawn, box, tag(_words(showing), size, colour))
        if numbers:
            tile = tag(str(showing.person.number), size, person_colour(showing.person.number))
            lay(drawn, tile, round(box.x + box.w / 2) - tile.shape[1] // 2, round(box.y + box.h))
    return drawn


def colour_of(showing: Showing) -> Bgr:
    """Return green, amber or grey; see :func:`annotate`."""
    if not (showing.person.seen and showing.person.counts):
        return GREY
    return GREEN if showing.shows else AMBER


def _words(showing: Showing) -> str:
    face = showing.person.face
    if showing.person.too_far:
        return "too far away"
    return f"{NAMES[face.expression]} {face.scores[face.expression]:.0%}"


def _label(picture: Colour, box: Box, tile: Colour) -> None:
    """Put the label above the box, or inside its top where the picture ends."""
    lay(picture, tile, round(box.x), round(box.y) - tile.shape[0] - 2)


def _rounded(picture: Colour, box: Box, colour: Bgr, thickness: int) -> None:
    """Draw the box's outline with round corners."""
    left, top = round(box.x), round(box.y)
    right, bottom = round(box.x + box.w), round(box.y + box.h)
    radius = max(1, round(box.size / 9))
    for start, end in (
        ((left + radius, top), (right - radius, top)),
        ((left + radius, bottom), (right - radius, bottom)),
        ((left, top + radius), (left, bottom - radius)),
        ((right, top + radius), (right, bottom - radius)),
    ):
        cv2.line(picture, start, end, colour, thickness, cv2.LINE_AA)
    for x, y, turn in (
        (left + radius, top + radius, 180),
        (right - radius, top + radius, 270),
        (right - radius, bottom - radius, 0),
        (left + radius, bottom - radius, 90),
    ):
        cv2.ellipse(picture, (x, y), (radius, radius), turn, 0, 90, colour, thickness, cv2.LINE_AA)
