"""Frames that FFmpeg left black or grey."""

from pathlib import Path

import numpy as np
import pytest

from appliance.errors import RecordingError
from appliance.hw.cameras import unconverted, video
from tests.support.films import COUNT, film, picture, played


def test_frames_that_nobody_converted_are_reported_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = film(tmp_path / "it's.avi", "MJPG", iter([picture(0)] * COUNT))
    monkeypatch.setattr(video, "cannot_be_converted", lambda _path: True)
    with pytest.raises(RecordingError, match="interlaced") as told:
        played(path)
    assert f"ffmpeg -i '{tmp_path}/it'\"'\"'s.avi' -vf yadif" in str(told.value)


@pytest.mark.slow
def test_a_still_made_a_video_and_a_black_one_are_played(tmp_path: Path) -> None:
    for bgr in (picture(0), np.zeros((48, 64, 3), np.uint8)):
        assert len(played(film(tmp_path / "a.avi", "MJPG", iter([bgr] * COUNT)))) == COUNT


@pytest.mark.slow
def test_the_word_of_ffmpeg_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = film(tmp_path / "a.avi", "MJPG")
    assert not unconverted.cannot_be_converted(path)
    word = "print('[OPENCV:FFMPEG:16] Cannot convert interlaced to progressive frames or vice versa.')"
    monkeypatch.setattr(unconverted, "QUESTION", word)
    assert unconverted.cannot_be_converted(path)
