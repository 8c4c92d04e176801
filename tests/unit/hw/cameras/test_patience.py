"""How long a frame is waited for."""

import pytest

from appliance.hw.cameras.patience import patience


@pytest.mark.parametrize(
    ("rate", "first", "later"), [(0, 1.5, 1.5), (30, 1.83, 1.5), (5, 3.5, 1.5), (1, 11.5, 2.0)]
)
def test_a_slow_camera_is_waited_for_as_long_as_its_frames_take(
    rate: float, first: float, later: float
) -> None:
    assert patience(1.5, rate, first=True) == pytest.approx(first, abs=0.01)
    assert patience(1.5, rate, first=False) == pytest.approx(later)
