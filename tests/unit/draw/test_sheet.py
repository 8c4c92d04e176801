"""What people are shown: boxes with words on a picture, and the contact sheet of a story."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from appliance.draw import sheet as sheets
from appliance.draw.chart import ALL_SHOW
from appliance.draw.sheet import Story
from appliance.draw.text import AMBER, GREEN
from appliance.errors import StorageError
from appliance.pipeline.decide.sensitivity import Level
from appliance.records.frame import Colour
from tests.support.drawn import count, decided, somebody

LEVEL = Level(0.6, 0.45)


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


@pytest.mark.slow
def test_the_same_story_gives_the_same_sheet(tmp_path: Path) -> None:
    first, second = saved(story_of_two(), tmp_path / "a"), saved(story_of_two(), tmp_path / "b")
    assert np.array_equal(first, second)


@pytest.mark.slow
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
