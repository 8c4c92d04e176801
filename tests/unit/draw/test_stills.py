"""A sheet of judged stills."""

import numpy as np

from appliance.draw.stills import MOST_STILLS, StillsSheet
from appliance.draw.text import AMBER, GREEN
from tests.support.drawn import count


def test_each_still_has_a_place_and_a_bar_in_the_colour_of_its_verdict() -> None:
    sheet = StillsSheet()
    for number in range(6):
        sheet.add(np.full((360, 640, 3), 40 * number, np.uint8), f"picture {number}.jpg", number < 2)
    image = sheet.image()
    assert image.shape == (2 * (336 + 16) + 16, 4 * 416 + 16, 3)
    assert count(image, GREEN) == 2 * 400 * 6
    assert count(image, AMBER) == 4 * 400 * 6


def test_more_than_fit_are_counted_and_names_of_any_kind_are_drawn() -> None:
    sheet = StillsSheet()
    for number in range(MOST_STILLS + 3):
        sheet.add(np.zeros((30, 40, 3), np.uint8), "\udcff\n" + "x" * number, True)
    assert sheet.left_out == 3
    assert sheet.image().shape[0] == MOST_STILLS // 4 * 352 + 16
