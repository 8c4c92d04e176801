"""smart-selfie record: a clip of the camera, to be replayed."""

import json
from pathlib import Path

import pytest
from PIL import Image

from appliance.cli import main


@pytest.mark.slow
def test_a_clip_of_the_scene_is_recorded_and_replayed_with_explanations_and_a_plot(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    clip, plot = tmp_path / "clip.avi", tmp_path / "plot.png"
    small = ["--set", "camera.analysis_size=[320, 240]"]
    assert main(["record", str(clip), "--seconds", "1", "--set", "camera.source=scene", *small]) == 0
    capsys.readouterr()
    assert main(["replay", str(clip), "--json", "--explain", "--plot", str(plot), *small]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    frames = [event for event in events if event["event"] == "frame"]
    assert len(frames) == events[-1]["frames"] <= 30
    assert all(frame["reason"] for frame in frames)
    with Image.open(plot) as image:
        assert image.format == "PNG"


@pytest.mark.parametrize(
    "arguments", [["clip.mp4"], ["clip.avi", "--seconds", "0"], ["clip.avi", "--seconds", "999"]]
)
def test_a_clip_that_cannot_be_is_bad_usage(arguments: list[str]) -> None:
    assert main(["record", *arguments]) == 2
