"""Light and camera: the same scene in another light, through another lens, on another sensor."""

import cv2
import numpy as np


class Light:
    """Varies brightness, contrast, gamma, colour cast, colour, noise, blur and compression."""

    BANK = 1 << 21

    def __init__(self) -> None:
        # Drawing a quarter of a million normal numbers a picture would cost more than all the rest.
        self.noise = np.random.default_rng(7).standard_normal(self.BANK, np.float32)
        self.ramp = np.linspace(0, 1, 256)

    def vary(self, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A new uint8 RGB picture of the same shape."""
        if rng.random() < 0.15:
            image = _slope(image, rng)
        image = cv2.LUT(image, self._curves(rng))
        if rng.random() < 0.15:
            image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        if rng.random() < 0.2:
            image = _blurred(image, rng)
        if rng.random() < 0.25:
            image = self._noisy(image, rng)
        if rng.random() < 0.15:
            quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 85))]
            image = cv2.imdecode(cv2.imencode(".jpg", image, quality)[1], cv2.IMREAD_COLOR)
        return image

    def _curves(self, rng: np.random.Generator) -> np.ndarray:
        """One lookup table a channel: uint8 [256, 1, 3]."""
        if rng.random() < 0.25:
            return np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, 2)
        # Dark pictures are the harder half, and dark skin is rare in the photos: lean to the dark side.
        gamma = np.exp(rng.normal(0.12, 0.35))
        gains = np.exp(rng.normal(0, 0.12 if rng.random() < 0.5 else 0.02, 3))
        contrast, brightness = np.exp(rng.normal(0, 0.15)), rng.normal(0, 0.06)
        curve = (self.ramp**gamma - 0.5) * contrast + 0.5 + brightness
        if rng.random() < 0.15:
            curve = curve * rng.uniform(0.2, 0.6)
        return np.clip(255 * curve[:, None, None] * gains, 0, 255).astype(np.uint8)

    def _noisy(self, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        start = int(rng.integers(self.BANK - image.size))
        noise = self.noise[start : start + image.size].reshape(image.shape)
        return np.clip(image + np.float32(rng.uniform(2, 16)) * noise, 0, 255).astype(np.uint8)


def _slope(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Light from one side: a gain that grows across the picture."""
    height, width = image.shape[:2]
    angle, depth = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 0.8)
    across = np.linspace(-1, 1, width, dtype=np.float32) * np.cos(angle)
    down = np.linspace(-1, 1, height, dtype=np.float32) * np.sin(angle)
    gain = 256 * (1 - depth * np.clip((across[None] + down[:, None] + 1) / 2, 0, 1))
    return (image.astype(np.uint16) * gain.astype(np.uint16)[..., None] >> 8).astype(np.uint8)


def _blurred(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Out of focus, moved, or enlarged from a smaller picture."""
    kind = rng.random()
    if kind < 0.4:
        return cv2.GaussianBlur(image, (5, 5), float(rng.uniform(0.4, 1.5)))
    if kind < 0.7:
        length = int(rng.integers(3, 8))
        kernel = np.zeros((length, length), np.float32)
        end = length * rng.random(2)
        cv2.line(kernel, (0, 0) if rng.random() < 0.5 else (0, length - 1), (int(end[0]), int(end[1])), 1.0)
        return cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1.0))
    height, width = image.shape[:2]
    share = rng.uniform(0.45, 0.9)
    small = cv2.resize(image, (int(width * share), int(height * share)), interpolation=cv2.INTER_LINEAR)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
