"""Drawing of the demo scene's people and room: faces from ``models/scene.npz``, the rest from shapes.

Lengths are in sides of the face's square (the box a face cascade gives), from its top left corner.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.hw.cameras.canvas import Canvas, Mask, Point, Sprite
from appliance.records.frame import Bgr, Colour, Grey

Lit = NDArray[np.float32]
"""Colour of a canvas (BGR), times opacity."""

LEVELS = 16
"""Steps from neutral to a full smile."""

_HEAD = (1.9, 2.0)  # of the head's picture
_HEAD_ORIGIN = (0.45, 0.5)  # of the face's square in it
_BODY = (3.0, 4.4)
_BODY_ORIGIN = (1.0, 0.5)


@dataclass(frozen=True, slots=True)
class Appearance:
    """A person without the face.

    ``hair_style`` is one of short, long, bun, curly; ``neckline`` round or v.
    """

    skin: Bgr
    hair: Bgr
    shirt: Bgr
    hair_style: str
    neckline: str = "round"


def _through(opacity: Mask) -> Colour:
    return np.repeat(np.round(255 - 255 * opacity).astype(np.uint8), 3, axis=2)


def _bytes(lit: Lit) -> Colour:
    return np.round(lit).clip(0, 255).astype(np.uint8)


def skin_colours(skin: Bgr) -> NDArray[np.float32]:
    """BGR for every grey of a face: dark brown, the skin at grey 150, near white."""
    stops = np.array([0, 70, 150, 255])
    darkest = np.multiply(skin, (0.10, 0.10, 0.13))
    darker = np.multiply(skin, (0.36, 0.38, 0.46))
    lightest = 255 - (255 - np.array(skin)) * 0.22
    colours = np.array([darkest, darker, skin, lightest])
    return np.stack([np.interp(np.arange(256), stops, channel) for channel in colours.T], 1).astype(
        np.float32
    )


def body(person: Appearance, side: float) -> Sprite:
    """Neck, shoulders and shirt, and the hair that falls behind them."""
    canvas = Canvas(side, _BODY, _BODY_ORIGIN)
    if person.hair_style == "long":
        behind = np.maximum(canvas.ellipse((0.5, 0.35), (0.57, 0.6)), canvas.ellipse((0.5, 0.9), (0.6, 0.62)))
        canvas.paint(canvas.soft(behind, 0.015), _shade(person.hair, 0.75))
    neck = canvas.polygon([(0.27, 0.6), (0.73, 0.6), (0.74, 1.2), (0.9, 1.5), (0.1, 1.5), (0.26, 1.2)])
    chest = canvas.ellipse((0.5, 1.45), (0.3, 0.45))
    canvas.paint(canvas.soft(np.maximum(neck, chest), 0.012), _shade(person.skin, 0.86))
    canvas.tint(0.6 * canvas.soft(canvas.ellipse((0.5, 0.98), (0.32, 0.2)), 0.06), _shade(person.skin, 0.45))
    shirt, hem = _shirt(canvas, person)
    canvas.paint(shirt, person.shirt)
    canvas.tint(0.45 * hem * shirt, _shade(person.shirt, 0.45))
    shades = [  # where the light from the upper left does not reach, and where it does
        (0.30, (0.5, 1.3), (0.5, 0.3), 0.12, 0.3),
        (0.35, (1.52, 2.6), (0.3, 1.2), 0.14, 0.3),
        (0.25, (0.62, 2.9), (0.1, 0.9), 0.12, 0.3),
        (0.25, (-0.22, 3.0), (0.09, 1.0), 0.09, 0.3),
        (0.25, (1.24, 3.0), (0.09, 1.0), 0.09, 0.3),
    ]
    for strength, centre, radii, blur, dark in shades:
        shade = canvas.soft(canvas.ellipse(centre, radii), blur) * shirt
        canvas.tint(strength * shade, _shade(person.shirt, dark))
    glow = canvas.soft(canvas.ellipse((-0.12, 1.75), (0.3, 0.3)), 0.2) * shirt
    canvas.tint(0.25 * glow, (235, 245, 255))
    return Sprite(_bytes(canvas.lit), _through(canvas.opacity), canvas.origin)


def _shirt(canvas: Canvas, person: Appearance) -> tuple[Mask, Mask]:
    """Return the cloth, and the hem around the neck."""
    outline: list[Point] = [
        (0.5, 1.36), (0.22, 1.24), (0.0, 1.36), (-0.36, 1.52), (-0.55, 1.72), (-0.66, 2.1), (-0.76, 3.95),
        (1.76, 3.95), (1.66, 2.1), (1.55, 1.72), (1.36, 1.52), (1.0, 1.36), (0.78, 1.24),
    ]  # fmt: skip
    rounded = canvas.soft(canvas.polygon(outline), 0.045)
    cloth = np.clip((rounded - 0.5) * 6 + 0.5, 0, 1)
    if person.neckline == "v":
        neck = canvas.polygon([(0.2, 1.0), (0.8, 1.0), (0.5, 1.78)])
        hem = canvas.polygon([(0.1, 1.0), (0.9, 1.0), (0.5, 1.88)])
    else:
        neck, hem = canvas.ellipse((0.5, 1.15), (0.3, 0.28)), canvas.ellipse((0.5, 1.15), (0.36, 0.34))
    return np.clip(cloth - canvas.soft(neck, 0.008), 0, 1), canvas.soft(hem, 0.006)


def heads(person: Appearance, side: int, neutral: Grey, happy: Grey) -> list[Sprite]:
    """Return the head with the face at every level of smiling, neutral first."""
    behind = Canvas(side, _HEAD, _HEAD_ORIGIN)
    _paint_head(behind, person)
    before = Canvas(side, _HEAD, _HEAD_ORIGIN)
    _paint_fringe(before, person)
    window = behind.soft(behind.ellipse((0.5, 0.5), (0.365, 0.47)), 0.05)[..., None]
    head, fringe, covers = behind.lit, before.lit, before.opacity
    through = _through(behind.opacity + covers * (1 - behind.opacity))
    colours = skin_colours(person.skin)
    at_rest, smiling = (_placed(behind, face, side) for face in (neutral, happy))
    sprites = []
    for level in range(LEVELS):
        share = level / (LEVELS - 1)
        grey = np.clip(np.round(at_rest * (1 - share) + smiling * share), 0, 255).astype(np.uint8)
        lit = fringe + (1 - covers) * (head + window * (colours[grey] - head))
        sprites.append(Sprite(_bytes(lit), through, behind.origin))
    return sprites


def _placed(canvas: Canvas, face: Grey, side: int) -> NDArray[np.float32]:
    """Return the face at its place in the head's picture, evenly lit and sharpened: averages are soft."""
    soft = cv2.resize(face.astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    sharp = cv2.addWeighted(soft, 1.9, cv2.GaussianBlur(soft, (0, 0), side / 40), -0.9, 0)
    light = cv2.GaussianBlur(sharp, (0, 0), side / 7)
    evened = sharp + 132 - light.mean() - 0.6 * (light - light.mean())
    left, top = (round(length) for length in canvas.origin)
    right, bottom = canvas.size[0] - left - side, canvas.size[1] - top - side
    return np.asarray(cv2.copyMakeBorder(evened, top, bottom, left, right, cv2.BORDER_REPLICATE), np.float32)


def _paint_head(canvas: Canvas, person: Appearance) -> None:
    """Everything behind the face: hair, ears, and the skull in the skin's colour, rounded by shade."""
    if person.hair_style == "bun":
        canvas.paint(canvas.soft(canvas.ellipse((0.5, -0.26), (0.22, 0.19)), 0.01), _shade(person.hair, 0.85))
    if person.hair_style == "curly":
        for angle in np.linspace(-0.12, 1.12, 13) * np.pi:
            centre = (0.5 - 0.5 * float(np.cos(angle)), 0.2 - 0.48 * float(np.sin(angle)))
            canvas.paint(canvas.soft(canvas.ellipse(centre, (0.15, 0.15)), 0.01), person.hair)
    reach = {"short": 0.5, "bun": 0.485, "long": 0.53, "curly": 0.54}[person.hair_style]
    canvas.paint(canvas.soft(canvas.ellipse((0.5, 0.24), (reach, 0.52)), 0.01), person.hair)
    if person.hair_style != "long":
        for x in (0.04, 0.96):
            canvas.paint(
                canvas.soft(canvas.ellipse((x, 0.52), (0.06, 0.125)), 0.01), _shade(person.skin, 0.8)
            )
    skull = np.maximum(canvas.ellipse((0.5, 0.40), (0.44, 0.50)), canvas.ellipse((0.5, 0.62), (0.385, 0.46)))
    canvas.paint(canvas.soft(skull, 0.008), _shade(person.skin, 0.74))
    canvas.paint(
        0.85 * canvas.soft(canvas.ellipse((0.5, 0.52), (0.35, 0.46)), 0.05), _shade(person.skin, 0.95)
    )


def _paint_fringe(canvas: Canvas, person: Appearance) -> None:
    """Hair over the forehead and, when it is long, beside the cheeks."""
    cap = canvas.ellipse((0.5, 0.24), (0.5, 0.52))
    centre, wide = {
        "short": ((0.5, 0.6), 0.44),
        "bun": ((0.5, 0.58), 0.445),
        "long": ((0.44, 0.62), 0.42),
        "curly": ((0.5, 0.6), 0.43),
    }[person.hair_style]
    face = np.maximum(canvas.ellipse(centre, (wide, 0.57)), canvas.ellipse((0.5, 0.85), (0.6, 0.42)))
    hair = np.clip(canvas.soft(cap, 0.008) - canvas.soft(face, 0.022), 0, 1)
    if person.hair_style == "long":
        for edge in (0.01, 0.99):
            hair = np.maximum(hair, canvas.soft(canvas.ellipse((edge, 0.66), (0.1, 0.58)), 0.015))
    canvas.paint(hair, person.hair)
    if person.hair_style != "curly":
        canvas.tint(_strands(canvas), _shade(person.hair, 0.35))
    shine = canvas.soft(canvas.ellipse((0.33, -0.1), (0.2, 0.06)), 0.05)
    canvas.tint(0.22 * shine, (225, 235, 245))


def _strands(canvas: Canvas) -> Mask:
    """Dark lines that fan out from the crown."""
    height, width = canvas.shape
    x, y = canvas.at([(0.47, -0.5)])[0]
    rows, columns = np.mgrid[:height, :width]
    angle = np.arctan2(columns - x, rows - y + 1e-3)
    noise = np.random.default_rng(5).random(720)
    smooth = np.convolve(noise, np.ones(3) / 3, mode="same")
    return np.asarray(0.5 * smooth[((angle / np.pi + 1) * 359).astype(int)], np.float32)


def _shade(colour: Bgr, share: float) -> Bgr:
    blue, green, red = (min(255, round(value * share)) for value in colour)
    return blue, green, red


def room(width: int, height: int) -> Colour:
    """Return a softly lit wall with bunting, out of focus."""
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
    lights = np.zeros_like(picture)
    for _ in range(26):
        centre = (int(rng.integers(0, width)), int(rng.integers(height // 5, height)))
        cv2.circle(lights, centre, int(rng.integers(8, 26)), (12, 20, 26), -1, cv2.LINE_AA)
    picture = np.asarray(cv2.add(picture, lights), np.uint8)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), width / 220), np.uint8)
