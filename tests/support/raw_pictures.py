"""Raw pictures as a Pi camera gives them, of four quarters in different colours."""

import numpy as np

from appliance.hw.cameras.raw import Layout, Plane
from appliance.records.frame import Colour

COLOURS = {"blue": (200, 40, 30), "green": (40, 190, 60), "red": (50, 30, 210), "grey": (128, 128, 128)}
WEIGHTS = {"601": (0.299, 0.587, 0.114), "709": (0.2126, 0.7152, 0.0722)}


def quarters(width: int = 64, height: int = 48) -> Colour:
    """One colour in each quarter, BGR."""
    bgr = np.zeros((height, width, 3), np.uint8)
    corners = [(0, 0), (0, width // 2), (height // 2, 0), (height // 2, width // 2)]
    for (y, x), colour in zip(corners, COLOURS.values(), strict=True):
        bgr[y : y + height // 2, x : x + width // 2] = colour
    return bgr


def padded(rows: Colour, stride: int) -> Colour:
    """Rows with rubbish at their end, as an ISP leaves them."""
    rows = rows.reshape(rows.shape[0], -1)
    return np.pad(rows, ((0, 0), (0, stride - rows.shape[1])), constant_values=201).ravel()


def encoded(bgr: Colour, layout: Layout) -> Plane:
    """``bgr`` as a camera would send it: the definition of the formats, written the other way round."""
    rgb = bgr[..., ::-1].astype(float)
    if "888" in layout.format:
        alpha = np.full((*bgr.shape[:2], 1), 9, np.uint8)
        order = bgr if "RGB" in layout.format else bgr[..., ::-1]
        return padded(np.dstack((order, alpha)) if "X" in layout.format else order, layout.stride)
    weights = WEIGHTS[layout.matrix]
    luma = rgb @ weights
    u = (rgb[..., 2] - luma) / (2 * (1 - weights[2]))
    v = (rgb[..., 0] - luma) / (2 * (1 - weights[0]))
    if not layout.full_range:
        luma, u, v = 16 + luma * 219 / 255, u * 224 / 255, v * 224 / 255
    y, u, v = (np.round(plane).astype(np.uint8) for plane in (luma, u[::2, ::2] + 128, v[::2, ::2] + 128))
    first, second = (u, v) if layout.format in ("YUV420", "NV12") else (v, u)
    if layout.format.startswith("NV"):
        chroma = padded(np.dstack((first, second)), layout.stride)
    else:
        chroma = np.concatenate([padded(plane, layout.stride // 2) for plane in (first, second)])
    return np.concatenate((padded(y, layout.stride), chroma))
