"""The expression network's view of a face: a grey square around a face box."""

from typing import NamedTuple

import cv2
import numpy as np


class CropRule(NamedTuple):
    """Side of the square, and shift of its centre, as multiples of sqrt(w * h) of the face box.

    1.075 turns a tight labelled box (hairline to chin) into the square an OpenCV frontal cascade would have
    given, and FER-2013's faces were cut out by such a cascade.
    """

    side: float = 1.075
    dx: float = 0.0
    dy: float = 0.0


STANDARD = CropRule()


def cut(
    grey: np.ndarray, box: tuple[float, float, float, float], size: int, rule: CropRule | None = STANDARD
) -> np.ndarray:
    """One face as uint8 ``[size, size]``; area averaging when shrinking, bilinear when enlarging.

    :param grey: uint8 ``[H, W]``
    :param box: face box x, y, w, h in pixels
    :param rule: None takes the box itself as the square (a cascade's box)
    """
    x, y, w, h = box
    unit = float(np.sqrt(w * h))
    rule = CropRule(side=1.0) if rule is None else rule
    side = rule.side * unit
    left, top = x + w / 2 + rule.dx * unit - side / 2, y + h / 2 + rule.dy * unit - side / 2
    x0, y0 = round(left), round(top)
    n = max(2, round(side))
    inside = grey[max(0, y0) : max(0, y0 + n), max(0, x0) : max(0, x0 + n)]
    if inside.size == 0:
        return np.zeros((size, size), np.uint8)
    padding = (max(0, -y0), max(0, y0 + n - grey.shape[0]), max(0, -x0), max(0, x0 + n - grey.shape[1]))
    if any(padding):
        inside = cv2.copyMakeBorder(inside, *padding, cv2.BORDER_REPLICATE)
    shrinking = min(inside.shape) > size
    return cv2.resize(inside, (size, size), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR)
