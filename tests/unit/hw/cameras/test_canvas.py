"""Soft shapes on a canvas, and pictures that are laid on others."""

import numpy as np

from appliance.hw.cameras.canvas import Canvas, Sprite
from appliance.records.frame import Colour

RED = (0, 0, 255)


def canvas() -> Canvas:
    """Return a canvas of 20x20 pixels; the face's square of 10 pixels begins at 5, 5."""
    return Canvas(10.0, (2.0, 2.0), (0.5, 0.5))


def square(opaque: bool) -> Sprite:
    """Return a sprite of 4x4 pixels, red or transparent."""
    colour = np.zeros((4, 4, 3), np.uint8)
    colour[...] = RED if opaque else (0, 0, 0)
    return Sprite(colour, np.full((4, 4, 3), 0 if opaque else 255, np.uint8), (0.0, 0.0))


def white() -> Colour:
    return np.full((10, 10, 3), 255, np.uint8)


def test_a_shape_is_painted_where_it_is_and_nowhere_else() -> None:
    sheet = canvas()
    sheet.paint(sheet.ellipse((0.5, 0.5), (0.3, 0.3)), RED)
    assert tuple(sheet.lit[10, 10]) == RED
    assert sheet.opacity[10, 10] == 1
    assert sheet.opacity[0].max() == 0
    assert sheet.lit[0].max() == 0


def test_a_tint_colours_only_what_is_painted_already() -> None:
    sheet = canvas()
    everywhere = sheet.polygon([(-0.5, -0.5), (1.5, -0.5), (1.5, 1.5), (-0.5, 1.5)])
    sheet.paint(sheet.ellipse((0.5, 0.5), (0.3, 0.3)), (255, 255, 255))
    sheet.tint(everywhere, RED)
    assert tuple(sheet.lit[10, 10]) == RED
    assert sheet.lit[0].max() == 0


def test_a_soft_edge_lets_half_through_where_the_shape_ends() -> None:
    sheet = canvas()
    left_half = sheet.polygon([(-0.5, -0.5), (0.5, -0.5), (0.5, 1.5), (-0.5, 1.5)])
    row = sheet.soft(left_half, 0.2)[10]
    assert 0.3 < row[10] < 0.7
    assert row[0] > 0.95
    assert row[-1] < 0.05


def test_an_opaque_picture_covers_and_a_transparent_one_does_not() -> None:
    covered, same = white(), white()
    square(opaque=True).draw(covered, 2, 3)
    square(opaque=False).draw(same, 2, 3)
    assert (covered[3:7, 2:6] == RED).all()
    assert (covered == RED).all(axis=2).sum() == 16
    assert (same == white()).all()


def test_a_picture_at_the_edge_is_cut_off_and_one_beyond_it_not_drawn() -> None:
    cut, none = white(), white()
    square(opaque=True).draw(cut, -2, 8)
    square(opaque=True).draw(none, 11, 0)
    assert (cut == RED).all(axis=2).sum() == 4
    assert (none == white()).all()


def test_half_a_pixel_counts() -> None:
    moved = white()
    square(opaque=True).draw(moved, 2.5, 3)
    assert 100 < moved[4, 2, 1] < 155
    assert tuple(moved[4, 4]) == RED
