"""Pictures are made smaller, never larger, and keep their shape."""

import numpy as np
import pytest

from appliance.imaging.resize import fitted_size, shrink


@pytest.mark.parametrize(
    ("size", "within", "fitted"),
    [
        ((1280, 720), (640, 480), (640, 360)),
        ((720, 1280), (640, 480), (270, 480)),
        ((320, 240), (640, 480), (320, 240)),
        ((5000, 1), (640, 480), (640, 1)),
    ],
)
def test_a_size_is_fitted_in_and_never_enlarged(
    size: tuple[int, int], within: tuple[int, int], fitted: tuple[int, int]
) -> None:
    assert fitted_size(size, within) == fitted


def test_both_sides_are_multiples_of_the_step_and_at_least_one() -> None:
    assert fitted_size((1279, 719), (640, 480), 2) == (640, 360)
    assert fitted_size((5000, 1), (640, 480), 2) == (640, 2)


def test_a_picture_is_averaged_and_a_smaller_one_left_as_it_is() -> None:
    stripes = np.tile(np.array([0, 200], np.uint8)[None, :, None], (4, 4, 3))
    assert (shrink(stripes, (4, 2)) == 100).all()
    assert shrink(stripes, (100, 100)) is stripes
