"""Picture of a frame as the live page shows it: boxes with names, the group's verdict, the light."""

from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw

from appliance.config.schema import RuleSettings
from appliance.draw.overlay import annotate
from appliance.draw.text import AMBER, GREEN, GREY, WHITE, font
from appliance.imaging.resize import shrink
from appliance.light.states import State
from appliance.light.table import TABLE
from appliance.records.decision import Decision
from appliance.records.frame import Bgr, Colour
from appliance.wording.verdict import words

LARGEST, SMALLEST = 1920, 480
"""Limits of the longer side in pixels: pictures are scaled into them, so that the text fits."""
NARROWEST = 320
"""Pixels of width that the text needs; a narrower picture is centred."""

_GROUND: Bgr = (29, 31, 28)
_FAINT: Bgr = (165, 170, 162)
_LIGHT: Bgr = (0, 180, 244)
"""The page's dark card, its faint ink, and its accent colour, used for the light."""


def view(decision: Decision, rule: RuleSettings, *, light: bool = True) -> Colour:
    """Return the whole picture, annotated, over a line of text: BGR, both sides even.

    With ``light`` the text gives the light's signal and the next step. A still has neither: without ``light``
    it says whether the picture would have been taken.
    """
    picture = _in_bounds(decision.frame.picture.bgr())
    drawn = annotate(decision, picture, numbers=light)
    verdict = words(decision, rule)
    width = max(NARROWEST, drawn.shape[1] // 2 * 2)
    band = _band(
        verdict.title,
        verdict.detail if light else verdict.would,
        decision.light if light else None,
        _state(decision, light),
        width,
    )
    height = (drawn.shape[0] + band.shape[0]) // 2 * 2
    whole = np.full((height, width, 3), _GROUND, np.uint8)
    drawn = drawn[: height - band.shape[0], :width]
    left = (width - drawn.shape[1]) // 2
    whole[: drawn.shape[0], left : left + drawn.shape[1]] = drawn
    whole[height - band.shape[0] :] = band
    return whole


def _in_bounds(picture: Colour) -> Colour:
    height, width = picture.shape[:2]
    scale = SMALLEST / max(height, width)
    if scale <= 1:
        return shrink(picture, (LARGEST, LARGEST))
    size = max(2, round(width * scale)), max(2, round(height * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _state(decision: Decision, live: bool) -> Bgr:
    """Return the colour of the verdict."""
    if (live and not decision.armed) or not decision.people:
        return GREY
    return GREEN if decision.all_show else AMBER


@lru_cache(maxsize=16)  # the text changes a few times in a hundred frames
def _band(title: str, detail: str, light: State | None, state: Bgr, width: int) -> Colour:
    """Return the line of text under a picture of ``width`` pixels."""
    large, small = max(15, width // 36), max(11, width // 56)
    height = round(2.9 * large) // 2 * 2
    image = Image.new("RGB", (width, height), _GROUND[::-1])
    draw = ImageDraw.Draw(image)
    middle, edge = height / 2, 0.7 * large
    discs = [(edge + 0.4 * large, 0.4 * large, state)]
    left, right = edge + 1.5 * large, width - edge
    if light is not None:
        title_of_light = TABLE[light].title
        right -= font(small).getlength(title_of_light)
        draw.text((right, middle), title_of_light, WHITE, font(small), anchor="lm")
        right -= small
        discs.append((right, 0.35 * small, GREY if light in {State.OFF, State.DISARMED} else _LIGHT))
        right -= 1.5 * small
    for text, size, y, ink in ((title, large, -0.62, WHITE), (detail, small, 0.72, _FAINT)):
        fitting = _cut(text, size, right - left)
        draw.text((left, middle + y * large), fitting, ink[::-1], font(size), anchor="lm")
    band = np.ascontiguousarray(np.asarray(image)[:, :, ::-1])
    for x, radius, colour in discs:
        _disc(band, x, middle, radius, colour)
    return band


def _disc(picture: Colour, x: float, y: float, radius: float, colour: Bgr) -> None:
    centre = round(x * 16), round(y * 16)
    cv2.circle(picture, centre, round(radius * 16), colour, cv2.FILLED, cv2.LINE_AA, shift=4)


def _cut(text: str, size: int, width: float) -> str:
    """Return as much of ``text`` as fits into ``width``."""
    if font(size).getlength(text) <= width:
        return text
    while text and font(size).getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"
