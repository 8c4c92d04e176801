"""Chart of the contact sheet: everybody's score over time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw

from appliance.draw.text import FAINT, GREEN_INK, INK, badge, font, lay, person_colour
from appliance.pipeline.decide.sensitivity import Level
from appliance.records.frame import Bgr, Colour

GROUND: Bgr = (255, 255, 255)
GRID: Bgr = (232, 230, 228)
ALL_SHOW: Bgr = (218, 240, 208)

_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 92, 34, 40
_FINE = 4  # bits of a pixel's fraction in OpenCV's coordinates
_MARK = 26  # pixels of a photo's mark


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame of the chart: seconds, each person's number and smoothed score, and whether all showed it."""

    time: float
    scores: tuple[tuple[int, float], ...]
    all_show: bool


def chart(moments: Sequence[Moment], photos: Sequence[float], level: Level, size: tuple[int, int]) -> Colour:
    """Return the chart as a BGR picture of ``size``.

    It has a line for each person, both thresholds, the spans when all showed it, and a numbered mark for each
    photo (times in seconds); photos close together share one.
    """
    width, height = size
    axes = _Axes(moments, width, height)
    picture = np.full((height, width, 3), GROUND, np.uint8)
    for start, end in _spans(moments):
        x0, x1 = round(axes.x(start)), max(round(axes.x(end)), round(axes.x(start)) + 1)
        picture[axes.top : axes.bottom, x0:x1] = ALL_SHOW
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = round(axes.y(share))
        cv2.line(picture, (axes.left, y), (axes.right, y), GRID, 1)
    for share, dash in ((level.shows, 7), (level.stops, 3)):
        y = round(axes.y(share))
        for x in range(axes.left, axes.right, 14):
            cv2.line(picture, (x, y), (min(x + dash, axes.right), y), FAINT, 1, cv2.LINE_AA)
    ends = _lines(picture, moments, axes)
    for time in photos:
        x = round(axes.x(time))
        cv2.line(picture, (x, axes.top - 6), (x, axes.bottom), INK, 2, cv2.LINE_AA)
    for label, middle in photo_marks([axes.x(time) for time in photos]):
        mark = badge(label, _MARK, GROUND)
        lay(picture, mark, round(middle - mark.shape[1] / 2), axes.top - 30)
    return _written(picture, axes, ends, level)


def photo_marks(places: Sequence[float]) -> Iterator[tuple[str, float]]:
    """Yield text and place of the marks for photos at ``places`` (pixels), so that none overlap."""
    groups: list[list[int]] = []
    for index in sorted(range(len(places)), key=places.__getitem__):
        if groups and places[index] - places[groups[-1][-1]] < 2 * _MARK:
            groups[-1].append(index)
        else:
            groups.append([index])
    for group in groups:
        first, last = min(group) + 1, max(group) + 1
        label = str(first) if first == last else f"{first}-{last}"
        yield label, (places[group[0]] + places[group[-1]]) / 2


class _Axes:
    def __init__(self, moments: Sequence[Moment], width: int, height: int) -> None:
        self.left, self.right = _LEFT, width - _RIGHT
        self.top, self.bottom = _TOP, height - _BOTTOM
        self.start = moments[0].time if moments else 0.0
        self.end = max(moments[-1].time if moments else 0.0, self.start + 0.5)

    def x(self, time: float) -> float:
        """Return the pixel of a time in seconds."""
        return self.left + (time - self.start) / (self.end - self.start) * (self.right - self.left)

    def y(self, share: float) -> float:
        """Return the pixel of a probability."""
        return self.bottom - share * (self.bottom - self.top)

    def ticks(self) -> list[float]:
        """Return round seconds, eight to fifteen of them."""
        steps = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
        step = next((step for step in steps if (self.end - self.start) / step <= 15), 7200)
        first = int(np.ceil(self.start / step - 1e-6))
        return [round(i * step, 1) for i in range(first, int(self.end / step + 1e-6) + 1)]


def _spans(moments: Sequence[Moment]) -> list[tuple[float, float]]:
    """Return start and end of each span in which all showed it."""
    spans: list[tuple[float, float]] = []
    showing = False
    for moment in moments:
        if moment.all_show:
            start = spans.pop()[0] if showing else moment.time
            spans.append((start, moment.time))
        showing = moment.all_show
    return spans


def _lines(picture: Colour, moments: Sequence[Moment], axes: _Axes) -> dict[int, tuple[float, float]]:
    """Draw everybody's line, broken where the person was away; return where each ends, in pixels."""
    pieces: dict[int, list[list[tuple[float, float]]]] = {}
    present: set[int] = set()
    for moment in moments:
        for number, score in moment.scores:
            piece = pieces.setdefault(number, [])
            if number not in present:
                piece.append([])
            piece[-1].append((axes.x(moment.time), axes.y(score)))
        present = {number for number, _ in moment.scores}
    for number, parts in pieces.items():
        for part in parts:
            points = np.round(np.array(part) * (1 << _FINE)).astype(np.int32)
            cv2.polylines(picture, [points], False, person_colour(number), 3, cv2.LINE_AA, shift=_FINE)
    return {number: parts[-1][-1] for number, parts in pieces.items()}


def _apart(ends: dict[int, tuple[float, float]], top: float, bottom: float) -> dict[int, float]:
    """Return the height of each person's name: beside the end of the line, without overlap and in full view.

    Names overlap only where there are too many.
    """
    space = min(19.0, (bottom - top) / max(1, len(ends) - 1))
    heights: dict[int, float] = {}
    for number, (_, y) in sorted(ends.items(), key=lambda item: -item[1][1]):  # upwards
        heights[number] = bottom = min(y, bottom)
        bottom -= space
    for number in reversed(heights):  # downwards, for those pushed out at the top
        heights[number] = top = max(heights[number], top)
        top += space
    return heights


def _written(
    picture: Colour,
    axes: _Axes,
    ends: dict[int, tuple[float, float]],
    level: Level,
) -> Colour:
    """Return the chart with its text and numbers."""
    image = Image.fromarray(np.ascontiguousarray(picture[:, :, ::-1]))
    draw = ImageDraw.Draw(image)
    faint, ink = FAINT[::-1], INK[::-1]
    for share in (0.0, 0.5, 1.0):
        draw.text((axes.left - 10, axes.y(share)), f"{share:.0%}", faint, font(17), anchor="rm")
    for time in axes.ticks():
        draw.text((axes.x(time), axes.bottom + 10), f"{time:g} s", faint, font(17), anchor="mt")
    for share, words in ((level.shows, "shows it"), (level.stops, "still shows it")):
        draw.text((axes.left + 6, axes.y(share) - 3), words, GREEN_INK[::-1], font(16), anchor="lb")
    for number, y in _apart(ends, 12, axes.bottom).items():
        colour = person_colour(number)[::-1]
        draw.text((axes.right + 10, y), f"person {number}", colour, font(17), anchor="lm")
    if not ends:
        middle = ((axes.left + axes.right) / 2, (axes.top + axes.bottom) / 2)
        draw.text(middle, "nobody was seen", ink, font(24), anchor="mm")
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])
