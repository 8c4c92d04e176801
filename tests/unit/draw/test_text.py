"""Words on a picture can be read on every ground."""

import numpy as np
import pytest

from appliance.draw.text import AMBER, GREEN, GREY, INK, WHITE, tag
from tests.support.drawn import count


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """WCAG 2.2's contrast ratio, 1 to 21."""
    shares = np.array([one, other]) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    lower, higher = sorted(linear @ (0.0722, 0.7152, 0.2126))
    return float((higher + 0.05) / (lower + 0.05))


@pytest.mark.parametrize("ground", [GREEN, AMBER, GREY, WHITE, INK])
def test_text_can_be_read_on_every_ground(ground: tuple[int, int, int]) -> None:
    tile = tag("happy 97%", 24, ground)
    ink = max((WHITE, INK), key=lambda colour: count(tile, colour) if colour != ground else -1)
    assert count(tile, ink) > 30
    assert contrast(ink, ground) >= 3
