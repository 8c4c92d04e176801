"""How the people and the room of the demo scene are drawn: a face from ``models/scene.npz``, the rest by hand.

Lengths are in sides of the face's square (the box a face cascade gives), from its top left corner. Shapes
are drawn at twice the size and reduced, which smooths their edges.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.frames import Colour, Grey

BGR = tuple[int, int, int]
Point = tuple[float, float]

LEVELS = 16
"""Steps from neutral to a full smile."""

_OVERSAMPLED = 2
_HEAD = (1.9, 2.0)  # of the head's picture
_HEAD_ORIGIN = (0.45, 0.5)  # of the face's square in it
_BODY = (3.0, 4.4)
_BODY_ORIGIN = (1.0, 0.5)


@dataclass(frozen=True, slots=True)
class Look:
    """What a person looks like beside the face. ``hair_style`` is one of short, long, bun, curly."""

    skin: BGR
    hair: BGR
    shirt: BGR
    hair_style: str


@dataclass(frozen=True, slots=True)
class Sprite:
    """A picture with soft edges: colour already times opacity, and what shines through (255: all)."""

    colour: Colour
    through: Colour
    origin: Point
    """Pixels from the sprite's top left corner to that of the face's square."""

    def draw(self, onto: Colour, x: float, y: float) -> None:
        """Lay it on a picture so that the face's square is at ``x, y``; fractions of pixels count."""
        left, top = x - self.origin[0], y - self.origin[1]
        column, row = int(np.floor(left)), int(np.floor(top))
        colour, through = self.colour, self.through
        shift = np.array([[1, 0, left - column], [0, 1, top - row]], np.float32)
        height, width = colour.shape[:2]
        size = (width, height)
        x0, y0 = max(0, column), max(0, row)
        x1, y1 = min(onto.shape[1], column + width), min(onto.shape[0], row + height)
        if x0 >= x1 or y0 >= y1:
            return
        if left != column or top != row:
            colour = cv2.warpAffine(colour, shift, size)  # type: ignore[assignment]
            through = cv2.warpAffine(through, shift, size, borderValue=(255, 255, 255))  # type: ignore[assignment]
        inside = slice(y0 - row, y1 - row), slice(x0 - column, x1 - column)
        place = onto[y0:y1, x0:x1]
        cv2.add(cv2.multiply(place, through[inside], scale=1 / 255), colour[inside], place)


class _Canvas:
    """Soft shapes on nothing, in sides of the face."""

    def __init__(self, side: float, size: Point, origin: Point) -> None:
        self._scale = side * _OVERSAMPLED
        self._origin = origin
        self._side = side
        width, height = (round(length * self._scale) for length in size)
        self._size = (width // _OVERSAMPLED, height // _OVERSAMPLED)
        self.shape = (height, width)
        self.colour = np.zeros((height, width, 3), np.float32)
        self.opacity = np.zeros((height, width, 1), np.float32)

    def at(self, points: list[Point]) -> NDArray[np.int32]:
        """Pixels of the canvas."""
        return np.round((np.array(points) + self._origin) * self._scale).astype(np.int32)

    def ellipse(self, centre: Point, radii: Point) -> NDArray[np.float32]:
        """A shape's opacity, 0 to 1."""
        mask = np.zeros(self.shape, np.uint8)
        axes = (round(radii[0] * self._scale), round(radii[1] * self._scale))
        x, y = (int(value) for value in self.at([centre])[0])
        cv2.ellipse(mask, (x, y), axes, 0, 0, 360, 255, -1, cv2.LINE_AA)
        return mask.astype(np.float32) / 255

    def polygon(self, points: list[Point]) -> NDArray[np.float32]:
        """A shape's opacity, 0 to 1."""
        mask = np.zeros(self.shape, np.uint8)
        cv2.fillPoly(mask, [self.at(points)], 255, cv2.LINE_AA)
        return mask.astype(np.float32) / 255

    def soft(self, mask: NDArray[np.float32], radius: float) -> NDArray[np.float32]:
        """The shape with its edge blurred over ``radius``."""
        return np.asarray(cv2.GaussianBlur(mask, (0, 0), radius * self._scale), np.float32)

    def paint(self, mask: NDArray[np.float32], colour: BGR | NDArray[np.float32]) -> None:
        """Lay a colour (one, or a picture) over what is there."""
        opacity = mask[..., None]
        self.colour += opacity * (np.asarray(colour, np.float32) - self.colour)
        self.opacity += opacity * (1 - self.opacity)

    def sprite(self) -> Sprite:
        """What was painted, at its final size."""
        # A transparent pixel's colour must not bleed into the edge, so opacity is multiplied in first.
        lit = cv2.resize(self.colour * self.opacity, self._size, interpolation=cv2.INTER_AREA)
        opacity = cv2.resize(self.opacity, self._size, interpolation=cv2.INTER_AREA)
        through = np.repeat(255 - 255 * opacity[..., None], 3, axis=2)
        origin = (self._origin[0] * self._side, self._origin[1] * self._side)
        return Sprite(np.round(lit).astype(np.uint8), np.round(through).astype(np.uint8), origin)


def skin_colours(skin: BGR) -> NDArray[np.float32]:
    """BGR for every grey of a face: dark brown, the skin at grey 150, near white."""
    stops = np.array([0, 70, 150, 255])
    darkest = np.multiply(skin, (0.10, 0.10, 0.13))
    darker = np.multiply(skin, (0.36, 0.38, 0.46))
    lightest = 255 - (255 - np.array(skin)) * 0.22
    colours = np.array([darkest, darker, skin, lightest])
    return np.stack([np.interp(np.arange(256), stops, channel) for channel in colours.T], 1).astype(np.float32)


def body(look: Look, side: float) -> Sprite:
    """Neck, shoulders and shirt, and the hair that falls behind them."""
    canvas = _Canvas(side, _BODY, _BODY_ORIGIN)
    if look.hair_style == "long":
        behind = np.maximum(canvas.ellipse((0.5, 0.42), (0.60, 0.68)), canvas.ellipse((0.5, 0.95), (0.63, 0.72)))
        canvas.paint(canvas.soft(behind, 0.02), _shade(look.hair, 0.8))
    neck = canvas.polygon([(0.27, 0.6), (0.73, 0.6), (0.76, 1.32), (0.24, 1.32)])
    canvas.paint(canvas.soft(neck, 0.02), _shade(look.skin, 0.72))
    shoulders = np.maximum(
        canvas.ellipse((0.5, 2.0), (1.12, 0.78)),
        canvas.polygon([(-0.61, 2.0), (1.61, 2.0), (1.72, 3.9), (-0.72, 3.9)]),
    )
    collar = canvas.ellipse((0.5, 1.2), (0.30, 0.24))
    shirt = np.clip(canvas.soft(shoulders, 0.012) - canvas.soft(collar, 0.012), 0, 1)
    canvas.paint(canvas.soft(collar, 0.02), _shade(look.skin, 0.82))
    canvas.paint(shirt, look.shirt)
    folds = canvas.soft(canvas.ellipse((0.5, 1.25), (0.62, 0.42)), 0.12) * shirt
    canvas.paint(0.22 * folds, _shade(look.shirt, 0.45))
    light = canvas.soft(canvas.ellipse((-0.1, 1.9), (0.42, 0.42)), 0.18) * shirt
    canvas.paint(0.22 * light, (255, 255, 255))
    return canvas.sprite()


def heads(look: Look, side: float, neutral: Grey, happy: Grey) -> list[Sprite]:
    """The head with the face at every level of smiling, neutral first."""
    base = _Canvas(side, _HEAD, _HEAD_ORIGIN)
    colours = skin_colours(look.skin)
    _paint_head(base, look)
    window = base.soft(base.ellipse((0.5, 0.5), (0.36, 0.47)), 0.055)
    before, after = (_placed(base, face) for face in (neutral, happy))
    sprites = []
    for level in range(LEVELS):
        share = level / (LEVELS - 1)
        grey = np.clip(np.round(before * (1 - share) + after * share), 0, 255).astype(np.uint8)
        canvas = _Canvas(side, _HEAD, _HEAD_ORIGIN)
        canvas.colour, canvas.opacity = base.colour.copy(), base.opacity.copy()
        canvas.paint(window, colours[grey])
        _paint_fringe(canvas, look)
        sprites.append(canvas.sprite())
    return sprites


def _placed(canvas: _Canvas, face: Grey) -> NDArray[np.float32]:
    """The face at its place on the canvas, sharpened: an average is softer than a face."""
    (left, top), (right, bottom) = (tuple(map(int, point)) for point in canvas.at([(0, 0), (1, 1)]))
    size = (right - left, bottom - top)
    large = np.asarray(cv2.resize(face.astype(np.float32), size, interpolation=cv2.INTER_CUBIC), np.float32)
    large += 0.9 * (large - cv2.GaussianBlur(large, (0, 0), size[0] / 40))
    below, beside = canvas.shape[0] - bottom, canvas.shape[1] - right
    return np.asarray(cv2.copyMakeBorder(large, top, below, left, beside, cv2.BORDER_REPLICATE), np.float32)


def _paint_head(canvas: _Canvas, look: Look) -> None:
    """Everything behind the face: hair, ears, and the skull in the skin's colour, rounded by shade."""
    if look.hair_style == "bun":
        canvas.paint(canvas.soft(canvas.ellipse((0.5, -0.26), (0.22, 0.19)), 0.015), _shade(look.hair, 0.9))
    if look.hair_style == "curly":
        for x, y in [(0.02, 0.2), (0.0, 0.02), (0.12, -0.14), (0.3, -0.25), (0.5, -0.29), (0.7, -0.25)]:
            canvas.paint(canvas.soft(canvas.ellipse((x, y), (0.19, 0.19)), 0.015), look.hair)
        for x, y in [(0.88, -0.14), (1.0, 0.02), (0.98, 0.2)]:
            canvas.paint(canvas.soft(canvas.ellipse((x, y), (0.19, 0.19)), 0.015), look.hair)
    reach = {"short": 0.51, "bun": 0.5, "long": 0.54, "curly": 0.54}[look.hair_style]
    canvas.paint(canvas.soft(canvas.ellipse((0.5, 0.24), (reach, 0.53)), 0.012), look.hair)
    if look.hair_style != "long":
        for x in (0.035, 0.965):
            canvas.paint(canvas.soft(canvas.ellipse((x, 0.52), (0.065, 0.13)), 0.012), _shade(look.skin, 0.82))
    skull = np.maximum(canvas.ellipse((0.5, 0.40), (0.44, 0.50)), canvas.ellipse((0.5, 0.62), (0.385, 0.46)))
    canvas.paint(canvas.soft(skull, 0.012), _shade(look.skin, 0.78))
    middle = canvas.soft(canvas.ellipse((0.5, 0.5), (0.33, 0.45)), 0.06)
    canvas.paint(0.8 * middle, _shade(look.skin, 0.95))


def _paint_fringe(canvas: _Canvas, look: Look) -> None:
    """Hair over the forehead and, when it is long, beside the cheeks."""
    cap = canvas.ellipse((0.5, 0.22), (0.5, 0.52))
    parting = {"short": (0.5, 0.56), "bun": (0.5, 0.55), "long": (0.46, 0.62), "curly": (0.5, 0.56)}
    x, y = parting[look.hair_style]
    forehead = np.maximum(canvas.ellipse((x, y), (0.45, 0.56)), canvas.ellipse((0.5, 0.85), (0.6, 0.45)))
    canvas.paint(np.clip(canvas.soft(cap, 0.01) - canvas.soft(forehead, 0.03), 0, 1), look.hair)
    if look.hair_style == "long":
        for edge in (-0.02, 1.02):
            strand = canvas.ellipse((edge, 0.62), (0.13, 0.62))
            canvas.paint(canvas.soft(strand, 0.025), _shade(look.hair, 0.92))
    shine = canvas.soft(canvas.ellipse((0.36, -0.12), (0.2, 0.07)), 0.05)
    canvas.paint(0.16 * shine * canvas.opacity[..., 0], (255, 255, 255))


def _shade(colour: BGR, share: float) -> BGR:
    blue, green, red = (min(255, round(value * share)) for value in colour)
    return blue, green, red


def room(width: int, height: int) -> Colour:
    """A softly lit wall with bunting, out of focus."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    light = np.exp(-(((x / width - 0.3) / 0.55) ** 2 + ((y / height - 0.25) / 0.75) ** 2))[..., None]
    wall = np.array([168, 176, 178], np.float32) + light * np.array([48, 52, 58], np.float32)
    picture = np.clip(wall, 0, 255).astype(np.uint8)
    rng = np.random.default_rng(7)
    pastel = [(150, 130, 225), (120, 190, 240), (170, 205, 150), (215, 175, 130), (200, 150, 190)]
    for string, (start, sag) in enumerate(((-40, 95), (12, 120))):
        flags = 13
        for i in range(flags):
            left, right = (width * (i + edge) / flags for edge in (0.12, 0.88))
            top = [start + sag * (1 - (2 * (i + edge) / flags - 1) ** 2) for edge in (0.12, 0.88)]
            tip = ((left + right) / 2, sum(top) / 2 + height * 0.085)
            corners = np.array([(left, top[0]), (right, top[1]), tip], np.int32)
            cv2.fillPoly(picture, [corners], pastel[(i * 2 + string) % len(pastel)], cv2.LINE_AA)
    for _ in range(26):
        centre = (int(rng.integers(0, width)), int(rng.integers(height // 5, height)))
        glow = picture.copy()
        cv2.circle(glow, centre, int(rng.integers(8, 26)), (190, 225, 250), -1, cv2.LINE_AA)
        cv2.addWeighted(glow, 0.18, picture, 0.82, 0, picture)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), width / 220), np.uint8)
