"""Text on pictures, in Pillow's own scalable typeface: the machine needs no font file."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from appliance.records.frame import Bgr, Colour

PEOPLE: tuple[Bgr, ...] = (
    (178, 114, 0), (0, 94, 213), (115, 158, 0), (167, 121, 204), (0, 159, 230), (233, 180, 86), (60, 60, 60),
)  # fmt: skip
"""Colours distinguishable with colour blindness (Okabe & Ito 2008)."""
GREEN: Bgr = (107, 191, 47)
AMBER: Bgr = (26, 171, 255)
GREY: Bgr = (176, 180, 174)
"""Shows it, does not, does not count: the page's colours (``static/words.js``)."""
GREEN_INK: Bgr = (59, 112, 20)
"""The green for words on white."""
INK: Bgr = (38, 34, 32)
FAINT: Bgr = (128, 122, 118)
WHITE: Bgr = (255, 255, 255)


@lru_cache(maxsize=32)
def font(size: int) -> Any:
    """Return a typeface of ``size`` pixels (Pillow's types for it differ between versions)."""
    return ImageFont.load_default(size)


@lru_cache(maxsize=256)
def tag(text: str, size: int, ground: Bgr) -> Colour:
    """Return ``text`` on ``ground``, in white or, where that is hard to read, in black: BGR."""
    left, _, right, _ = font(size).getbbox(text)
    ascent, descent = font(size).getmetrics()
    space = max(2, size // 3)
    width, height = round(right - left) + 2 * space, ascent + descent + space
    image = Image.new("RGB", (width, height), ground[::-1])
    ink = WHITE if _luminance(ground) < 0.3 else INK
    ImageDraw.Draw(image).text((space - left, space // 2), text, fill=ink[::-1], font=font(size))
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def _luminance(colour: Bgr) -> float:
    """Return the relative luminance, 0 to 1 (WCAG 2.2): below .3, white has a contrast of 3 or more."""
    linear = [((value / 255 + 0.055) / 1.055) ** 2.4 for value in colour]
    return float(0.0722 * linear[0] + 0.7152 * linear[1] + 0.2126 * linear[2])


def badge(number: int | str, size: int, ground: Bgr) -> Colour:
    """Return a dark disc of ``size`` pixels with a number in it, wider for longer numbers: BGR."""
    text, letters = str(number), font(5 * size // 2)
    width = size if len(text) <= 2 else size // 2 + math.ceil(letters.getlength(text) / 4)
    image = Image.new("RGB", (4 * width, 4 * size), ground[::-1])
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, 4 * width - 1, 4 * size - 1), 2 * size, fill=INK[::-1])
    draw.text((2 * width, 2 * size), text, "white", letters, anchor="mm")
    small = image.resize((width, size), Image.Resampling.BOX)
    return np.ascontiguousarray(np.asarray(small)[:, :, ::-1])


def person_colour(number: int) -> Bgr:
    """Return the colour of a person's line and number."""
    return PEOPLE[(number - 1) % len(PEOPLE)]


def lay(picture: Colour, tile: Colour, x: int, y: int) -> None:
    """Put ``tile`` on ``picture`` with its top left corner at ``x, y``, moved inside if it sticks out."""
    height, width = picture.shape[:2]
    tile = tile[:height, :width]
    x = min(max(0, x), width - tile.shape[1])
    y = min(max(0, y), height - tile.shape[0])
    picture[y : y + tile.shape[0], x : x + tile.shape[1]] = tile
