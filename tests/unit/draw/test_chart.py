"""The chart of everybody's score: names, thresholds and marks of the photos."""

import numpy as np
import pytest

from appliance.draw.chart import Moment, chart, photo_marks
from appliance.draw.text import badge
from appliance.pipeline.decide.sensitivity import Level

LEVEL = Level(0.6, 0.45)


def test_names_in_the_chart_stand_apart_even_where_lines_end_together() -> None:
    moments = [Moment(i / 10, tuple((n, 0.0) for n in range(1, 9)), False) for i in range(20)]
    drawn = chart(moments, [], LEVEL, (1200, 360))
    names = (drawn[:, -85:] != 255).any(axis=(1, 2))
    lines_of_text = int((np.diff(names.astype(int)) == 1).sum())
    assert lines_of_text >= 8


@pytest.mark.parametrize("score", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("people", [2, 8, 16])
def test_every_name_in_the_chart_is_whole(score: float, people: int) -> None:
    moments = [Moment(i / 10, tuple((n, score) for n in range(1, people + 1)), False) for i in range(20)]
    names = (chart(moments, [], LEVEL, (1200, 400))[:, -85:] != 255).any(axis=(1, 2))
    assert not names[0]
    assert not names[-1]
    assert (np.diff(names.astype(int)) == 1).sum() == people


def test_both_thresholds_are_drawn() -> None:
    moments = [Moment(i / 10, ((1, 0.0),), False) for i in range(20)]
    high, low = (chart(moments, [], Level(0.6, stops), (1200, 360)) for stops in (0.45, 0.2))
    changed = set(np.flatnonzero((high != low).any(axis=(1, 2))).tolist())
    begins, goes_on, longer = (round(360 - 40 - share * (360 - 40 - 34)) for share in (0.6, 0.45, 0.2))
    assert {goes_on, longer} <= changed
    assert begins not in changed
    assert (high[begins, 300:900] != high[begins + 1, 300:900]).any()


def test_photos_close_together_have_one_mark_that_names_them_all() -> None:
    assert list(photo_marks([100.0, 104.0, 96.0, 400.0])) == [("1-3", 100.0), ("4", 400.0)]


def test_a_mark_is_as_wide_as_what_it_says() -> None:
    assert badge(7, 26, (255, 255, 255)).shape == (26, 26, 3)
    assert badge("1-10", 26, (255, 255, 255)).shape[1] > 40
