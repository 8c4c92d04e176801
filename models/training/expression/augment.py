"""What a camera on a shelf does to a face: box jitter, light, noise, blur, JPEG, small faces, glasses.

Everything works on single uint8 pictures with OpenCV, about 0.1 ms each, so that one CPU core can do it
between the training steps.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

SOURCE = 48


@dataclass(frozen=True)
class Strength:
    """How far each change goes: roll in degrees, shift and scale as shares, the rest as probabilities."""

    roll: float = 15.0
    shift: float = 0.07
    scale: float = 0.14
    small: float = 0.15
    blur: float = 0.1
    jpeg: float = 0.1
    light: float = 0.5
    dark: float = 0.1
    occlusion: float = 0.2

    def spoiling(self, share: float) -> "Strength":
        """The same boxes, but pictures spoiled (dark, small, blurred, covered) ``share`` times as often."""
        names = ("small", "blur", "jpeg", "light", "dark", "occlusion")
        return replace(self, **{name: share * getattr(self, name) for name in names})


def augment(
    image: np.ndarray, size: int, strength: Strength, rng: np.random.Generator, margin: float = 1.0
) -> np.ndarray:
    """One random view of a face.

    :param image: uint8 ``[side, side]``, a square ``margin`` times the one the network sees
    :return: uint8 ``[size, size]``
    """
    view = _box_jitter(image, size, strength, rng, margin)
    chance = rng.random(8)
    if chance[0] < strength.small:
        view = _enlarged_small_face(view, rng)
    if chance[1] < strength.blur:
        view = cv2.GaussianBlur(view, (0, 0), rng.uniform(0.4, 1.2))
    if chance[2] < strength.light or chance[3] < strength.dark:
        view = _light(view, chance[3] < strength.dark, rng)
    if chance[4] < strength.jpeg:
        view = _jpeg(view, rng)
    if chance[5] < strength.occlusion:
        view = _occluded(view, rng)
    return view


def _box_jitter(
    image: np.ndarray, size: int, strength: Strength, rng: np.random.Generator, margin: float
) -> np.ndarray:
    """Mirror, roll, scale, stretch and shift: the spread of a detector's boxes, in one resampling."""
    angle = np.deg2rad(rng.normal(0, strength.roll / 2))
    zoom = margin * size / image.shape[0] * np.exp(rng.normal(0, strength.scale / 2))
    stretch = np.exp(rng.normal(0, 0.04))
    shear = rng.normal(0, 0.04)
    cos, sin = np.cos(angle) * zoom, np.sin(angle) * zoom
    linear = np.array([[cos * stretch, -sin + shear], [sin, cos / stretch]])
    if rng.random() < 0.5:
        linear[:, 0] *= -1
    target = (size - 1) / 2 + rng.normal(0, strength.shift / 1.5, 2).clip(-0.2, 0.2) * size
    centre = (image.shape[0] - 1) / 2
    offset = target - linear @ (centre, centre)
    border = cv2.BORDER_REPLICATE if rng.random() < 0.7 else cv2.BORDER_CONSTANT
    return cv2.warpAffine(
        image,
        np.column_stack([linear, offset]),
        (size, size),
        flags=cv2.INTER_LINEAR,
        borderMode=border,
        borderValue=int(rng.integers(0, 256)),
    )


def _enlarged_small_face(view: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    size = view.shape[0]
    small = int(rng.integers(16, size - 4))
    tiny = cv2.resize(view, (small, small), interpolation=cv2.INTER_AREA)
    return cv2.resize(tiny, (size, size), interpolation=cv2.INTER_LINEAR)


def _light(view: np.ndarray, dark: bool, rng: np.random.Generator) -> np.ndarray:
    """Gamma, gain, side light, and for low light the noise of a sensor at high gain."""
    x = view.astype(np.float32) / 255
    if rng.random() < 0.5:
        x **= np.float32(np.exp(rng.normal(0, 0.35)))
    size = view.shape[0]
    if rng.random() < 0.4:  # light from one side
        direction, depth = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.7)
        ramp = np.linspace(-0.5, 0.5, size, dtype=np.float32)
        x *= 1 + np.float32(depth) * (
            ramp[None] * np.float32(np.cos(direction)) + ramp[:, None] * np.float32(np.sin(direction))
        )
    gain = rng.uniform(0.2, 0.6) if dark else np.exp(rng.normal(0, 0.2))
    x = x * np.float32(gain) + np.float32(rng.normal(0, 0.06) if not dark else rng.uniform(0, 0.06))
    noise = abs(rng.normal(0, 0.03 if dark else 0.02))
    x += rng.standard_normal((size, size), np.float32) * np.float32(noise)
    return (x.clip(0, 1) * 255).astype(np.uint8)


def _jpeg(view: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    _, coded = cv2.imencode(".jpg", view, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 80))])
    return cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE)


def _occluded(view: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A random patch, or dark or thin-rimmed glasses across the eyes (rows .30 to .45 of a cascade crop)."""
    view, size = view.copy(), view.shape[0]
    shade = int(rng.integers(0, 256))
    if rng.random() < 0.3:
        y, half = int(size * rng.uniform(0.34, 0.44)), max(3, int(size * rng.uniform(0.10, 0.16)))
        filled = rng.random() < 0.5
        for x in (0.3, 0.7):
            centre = (int(size * (x + rng.normal(0, 0.02))), y)
            cv2.ellipse(
                view,
                centre,
                (half, int(half * rng.uniform(0.6, 1))),
                0,
                0,
                360,
                shade // 3,
                -1 if filled else 1,
            )
        cv2.line(view, (int(size * 0.42), y), (int(size * 0.58), y), shade // 3, 1)
        return view
    height, width = (size * rng.uniform(0.1, 0.4, 2)).astype(int)
    y, x = rng.integers(0, size - height), rng.integers(0, size - width)
    if rng.random() < 0.5:
        view[y : y + height, x : x + width] = shade
    else:
        view[y : y + height, x : x + width] = rng.integers(0, 256, (height, width), np.uint8)
    return view
