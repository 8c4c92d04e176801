"""Boxes and words around faces: their colours, and where they stand."""

import cv2
import numpy as np
import pytest

from appliance.draw.overlay import annotate
from appliance.draw.text import AMBER, GREEN, GREY
from tests.support.drawn import count, decided, somebody


def test_who_shows_it_is_green_who_does_not_is_amber_who_is_out_of_sight_is_grey() -> None:
    before = decided(0, somebody(1, 60, 0.9, shows=True))
    assert count(annotate(before), GREEN) > 300
    assert count(annotate(before), AMBER) == 0
    assert count(annotate(decided(0, somebody(1, 60, 0.2, shows=False))), AMBER) > 300
    assert count(annotate(decided(0, somebody(1, 60, 0.9, shows=True, seen=False))), GREY) > 300


def test_the_picture_itself_is_left_as_it_was() -> None:
    decision = decided(0, somebody(1, 60, 0.9, shows=True))
    picture = decision.frame.picture.bgr()
    annotate(decision, picture)
    assert (picture == 90).all()


@pytest.mark.parametrize("size", [(160, 120), (640, 480), (2304, 1728)])
def test_the_box_stands_round_the_face_in_a_picture_of_any_size(size: tuple[int, int]) -> None:
    decision = decided(0, somebody(1, 200, 0.9, shows=True))
    picture = cv2.resize(decision.frame.colour, size)
    drawn = (annotate(decision, np.asarray(picture), labels=False) != 90).any(axis=2)
    ys, xs = np.nonzero(drawn)
    scale = size[0] / 640
    assert (xs.min() / scale, xs.max() / scale) == pytest.approx((200, 290), abs=5)
    assert (ys.min() / scale, ys.max() / scale) == pytest.approx((150, 260), abs=5)


def test_a_face_that_is_cut_by_the_edge_is_drawn_without_a_fault() -> None:
    for x in (-60.0, 600.0, -500.0, 900.0):
        decision = decided(0, somebody(1, x, 0.9, shows=True))
        assert annotate(decision, numbers=True).shape == (480, 640, 3)


def test_a_picture_of_one_pixel_can_be_annotated() -> None:
    assert annotate(decided(0, somebody(1, 0, 0.9, shows=True), size=(1, 1))).shape == (1, 1, 3)
