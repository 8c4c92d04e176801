"""Which of two frames is the better photo: who shows it more plainly, is sharper, or stands still."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from appliance.pipeline.choose.quality import Marks, cut, marks, rate
from appliance.records.frame import Box, Grey
from tests.support.strategies import decision_on, frame, person, showing_of

NOISE = np.random.default_rng(1).integers(0, 255, (48, 64), np.uint8)


def marks_of(grey: Grey, before: Grey | None = None, *happy: float) -> Marks:
    people = tuple(
        replace(showing_of(person(number, score)), current=score, in_frame=score > 0.5)
        for number, score in enumerate(happy or (0.9,), 1)
    )
    return marks(decision_on(replace(frame(0.0), grey=grey), people=people), before)


def test_a_sharp_face_has_a_higher_mark_than_a_blurred_one_in_any_light() -> None:
    blurred = np.asarray(cv2.GaussianBlur(NOISE, (0, 0), 2), np.uint8)
    dark = (NOISE // 4).astype(np.uint8)
    assert marks_of(NOISE).sharpness > 2 * marks_of(blurred).sharpness
    assert marks_of(dark).sharpness == pytest.approx(marks_of(NOISE).sharpness, rel=0.1)


def test_motion_is_the_change_of_grey_since_the_frame_before() -> None:
    moved = np.roll(NOISE, 5, axis=1)
    assert marks_of(NOISE, NOISE).motion == 0
    assert marks_of(NOISE, moved).motion > 0.1
    assert marks_of(NOISE, None).motion == 0
    assert marks_of(NOISE, NOISE[:20, :20]).motion == 0, "a frame of another size says nothing"


def test_the_lowest_face_counts_times_the_share_of_those_who_show_it() -> None:
    assert marks_of(NOISE, None, 0.9, 0.8).lowest == pytest.approx(0.8)
    assert marks_of(NOISE, None, 0.9, 0.1).lowest == pytest.approx(0.45)


def test_a_frame_is_rated_among_those_of_its_moment() -> None:
    good = Marks(lowest=0.9, sharpness=7.0, motion=0.0)
    blurred, moving = replace(good, sharpness=1.0), replace(good, motion=0.3)
    best, second, third = rate([good, blurred, moving])
    assert best == pytest.approx(0.95)
    assert best > max(second, third)
    assert rate([replace(good, sharpness=0.0)]) == [pytest.approx(0.65)], "nothing sharp: no division by zero"
    assert rate([]) == []


def test_what_is_cut_out_lies_inside_the_picture() -> None:
    assert np.array_equal(cut(NOISE, Box(-5, -5, 10, 12)), NOISE[:7, :5])
    assert not cut(NOISE, Box(100, 10, 10, 10)).size
    assert not cut(NOISE, Box(-50, 10, 10, 10)).size
