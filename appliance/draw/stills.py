"""Many judged stills on one sheet, each with the results drawn on it, its name, and a bar for the verdict."""

import cv2
import numpy as np
from PIL import Image, ImageDraw

from appliance.draw.text import AMBER, GREEN, INK, font
from appliance.imaging.resize import shrink
from appliance.records.frame import Bgr, Colour

MOST_STILLS = 120
"""Stills that are drawn; of more, the first ones. They make a sheet of about 20 megapixels."""
_COLUMNS = 4
_CELL = (400, 300)
_GAP, _CAPTION, _BAR = 16, 30, 6
_MOST_LETTERS = 34
_PAPER: Bgr = (247, 249, 250)


class StillsSheet:
    """Collects stills in bounded memory and draws them, four in a row."""

    def __init__(self) -> None:
        self._stills: list[tuple[Colour, str, bool]] = []
        self.left_out = 0

    def add(self, picture: Colour, name: str, all_show: bool) -> None:
        """Add ``picture`` (BGR), which would be taken if ``all_show``."""
        if len(self._stills) < MOST_STILLS:
            self._stills.append((shrink(picture, _CELL), name, all_show))
        else:
            self.left_out += 1

    def image(self) -> Colour:
        """Return the sheet: BGR."""
        rows = max(1, -(-len(self._stills) // _COLUMNS))
        high = _CELL[1] + _BAR + _CAPTION
        size = (_COLUMNS * (_CELL[0] + _GAP) + _GAP, rows * (high + _GAP) + _GAP)
        sheet = Image.new("RGB", size, _PAPER[::-1])
        brush = ImageDraw.Draw(sheet)
        for number, (picture, name, all_show) in enumerate(self._stills):
            x = _GAP + number % _COLUMNS * (_CELL[0] + _GAP)
            y = _GAP + number // _COLUMNS * (high + _GAP)
            tall, wide = picture.shape[:2]
            top, left = y + _CELL[1] - tall, x + (_CELL[0] - wide) // 2
            sheet.paste(Image.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)), (left, top))
            bar = (x, y + _CELL[1], x + _CELL[0] - 1, y + _CELL[1] + _BAR - 1)
            brush.rectangle(bar, (GREEN if all_show else AMBER)[::-1])
            place = (x, y + _CELL[1] + _BAR + 6)
            brush.text(place, _shortened(name), INK[::-1], font(18), anchor="lt")
        return np.asarray(cv2.cvtColor(np.asarray(sheet), cv2.COLOR_RGB2BGR), np.uint8)


def _shortened(name: str) -> str:
    """Return ``name`` on one short line; its end tells more than its beginning."""
    shown = name.encode("utf-8", "replace").decode().replace("\n", " ")
    return shown if len(shown) <= _MOST_LETTERS else f"...{shown[-_MOST_LETTERS:]}"
