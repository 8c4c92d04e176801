"""Boxes, and pictures that are converted only when they are wanted."""

from dataclasses import replace

import numpy as np
import pytest

from appliance.records.frame import Box, Colour, Picture
from tests.support.strategies import frame


def test_the_overlap_of_two_boxes_is_that_of_their_areas() -> None:
    box = Box(0, 0, 10, 10)
    assert box.iou(box) == 1
    assert box.iou(Box(5, 0, 10, 10)) == pytest.approx(50 / 150)
    assert box.iou(Box(10, 0, 10, 10)) == box.iou(Box(0, 20, 10, 10)) == 0


def test_a_box_is_scaled_with_its_picture() -> None:
    assert Box(1, 2, 3, 4).scaled(2) == Box(2, 4, 6, 8)
    assert Box(1, 2, 3, 4).scaled(2, 3) == Box(2, 6, 6, 12)
    assert Box(1, 2, 4, 9).size == 6
    assert Box(1, 2, 4, 9).centre == (3, 6.5)
    assert Box(1, 2, -4, 9).size == 0


def test_a_picture_is_converted_only_on_demand() -> None:
    converted: list[str] = []

    def convert() -> Colour:
        converted.append("whole")
        return np.zeros((2, 4, 3), np.uint8)

    picture = Picture(width=4, height=2, convert=convert)
    assert picture.bytes_held == 24
    assert replace(picture, held=12).bytes_held == 12
    assert converted == []
    assert picture.bgr().shape == (2, 4, 3)
    assert [strip.shape for strip in picture.strips()] == [(2, 4, 3)]
    assert converted == ["whole", "whole"]


def test_a_frame_that_waits_gives_its_colours_back_and_keeps_the_rest() -> None:
    shown = frame(1.0, 7)
    waiting = shown.without_colours()
    assert waiting.colour.size == 0
    assert waiting.colour.base is None, "a view would keep all of them"
    assert (waiting.sequence, waiting.grey is shown.grey, waiting.picture is shown.picture) == (7, True, True)


def test_two_frames_are_never_equal_however_alike() -> None:
    shown = frame(1.0)
    assert shown != replace(shown)
    assert shown.picture_scale == (1, 1)
