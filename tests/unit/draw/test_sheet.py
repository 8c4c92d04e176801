"""What people are shown: boxes with words on a picture, and the contact sheet of a story."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from appliance.draw import sheet as sheets
from appliance.draw.chart import ALL_SHOW, Moment, chart, photo_marks
from appliance.draw.overlay import annotate
from appliance.draw.sheet import Story
from appliance.draw.text import AMBER, GREEN, GREY, INK, WHITE, badge, tag
from appliance.errors import StorageError
from appliance.pipeline.decide.sensitivity import Level
from appliance.records.frame import Colour
from tests.support.drawn import count, decided, somebody

LEVEL = Level(0.6, 0.45)


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


def story_of_two(photos: int = 1, start: float = 0.0) -> Story:
    """Two people, 10 frames/s: neutral for 2 s, then one smiles, from 4 s both, from 6 s none."""
    story = Story(LEVEL)
    for i in range(80):
        time = i / 10
        first, second = 2 <= time < 6, 4 <= time < 6
        people = (
            somebody(1, 60, 0.97 if first else 0.03, shows=first),
            somebody(2, 300, 0.97 if second else 0.03, shows=second),
        )
        decision = decided(start + time, *people)
        story.add(decision)
        if 45 <= i < 45 + photos:
            story.photo(f"/photos/{i}.jpg", decision)
    return story


def saved(story: Story, folder: Path) -> Colour:
    story.save(folder / "new" / "sheet.png")
    with Image.open(folder / "new" / "sheet.png") as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))[:, :, ::-1]


def test_the_sheet_shows_the_photo_the_key_moments_and_the_chart(tmp_path: Path) -> None:
    drawn = saved(story_of_two(), tmp_path)
    assert drawn.shape[1] == 1600
    assert 1000 < drawn.shape[0] < 1400
    assert count(drawn[:600], GREEN) > 800, "two green boxes on the photo"
    assert count(drawn[600:], AMBER) > 800, "bars under the moments at which not all showed it"
    assert count(drawn[800:], ALL_SHOW) > 5_000, "the span in which both did"


def test_the_same_story_gives_the_same_sheet(tmp_path: Path) -> None:
    first, second = saved(story_of_two(), tmp_path / "a"), saved(story_of_two(), tmp_path / "b")
    assert np.array_equal(first, second)


def test_times_count_from_the_first_frame_whatever_the_clock_says(tmp_path: Path) -> None:
    replayed = saved(story_of_two(), tmp_path / "a")
    live = saved(story_of_two(start=4096.0), tmp_path / "b")  # exact in binary: the same times come out
    assert np.array_equal(replayed, live)


@pytest.mark.slow
def test_many_photos_make_a_longer_sheet_up_to_a_limit(tmp_path: Path) -> None:
    few, many, more = (saved(story_of_two(n), tmp_path).shape[0] for n in (2, 12, 20))
    assert few < many < more < many + 100


def test_a_story_without_photos_or_people_has_a_sheet_too(tmp_path: Path) -> None:
    assert saved(Story(LEVEL), tmp_path).shape[1] == 1600
    empty = Story(LEVEL)
    for i in range(20):
        empty.add(decided(i / 10))
    assert saved(empty, tmp_path).shape[1] == 1600


@pytest.mark.slow
def test_a_very_long_story_is_kept_in_bounded_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sheets, "MOST_MOMENTS", 100)
    monkeypatch.setattr(sheets, "MOST_KEYS", 6)
    story = Story(LEVEL)
    for i in range(3_000):
        shows = i // 10 % 2 == 0
        story.add(decided(i / 10, somebody(1, 60, 0.9 if shows else 0.1, shows=shows)))
    assert len(story.moments) <= 101
    assert len(story.changes) <= 7
    assert len(story.quiet) <= 7
    assert story.quiet[-1].time > 200
    assert story.moments[0].time == 0
    assert story.moments[-1].time > 290
    saved(story, tmp_path)


def test_a_sheet_that_cannot_be_written_is_reported_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"sheet\.png cannot be written"):
        story_of_two().save(tmp_path / "file" / "sheet.png")


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
