"""What a photo says about people: where faces are and what they show, in the words of photo programs."""

import io
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from appliance.cli import main
from appliance.config.schema import RuleSettings
from appliance.pipeline.decide.decider import Decider
from appliance.records.decision import Decision
from appliance.records.frame import Picture
from appliance.storage.jpeg import encode_jpeg, make_exif
from appliance.storage.replay_store import EPOCH, ReplayStore
from appliance.storage.xmp import AREA, DIMENSIONS, MWG, SCORES, packet
from tests.support.strategies import BLANK, people


def decision(*happy: float | None) -> Decision:
    decided = Decider(RuleSettings()).decide(people(0.0, dict(enumerate(happy, 1))))
    picture = Picture(width=128, height=96, convert=lambda: np.zeros((96, 128, 3), np.uint8))
    return replace(decided, frame=replace(decided.frame, picture=picture))


def test_regions_are_where_the_faces_are_and_carry_what_they_show() -> None:
    root = ET.fromstring(packet(decision(0.9, 0.2)))
    assert [one.get(f"{{{MWG}}}Type") for one in root.iter() if one.get(f"{{{MWG}}}Type")] == ["Face"] * 2
    (size,) = root.iter(f"{{{MWG}}}AppliedToDimensions")
    assert (size.get(f"{{{DIMENSIONS}}}w"), size.get(f"{{{DIMENSIONS}}}h")) == ("128", "96")
    area = next(root.iter(f"{{{MWG}}}Area"))
    # A box at 10, 10 of 40 pixels in an image of 64x48; it is cut off at the lower edge.
    expected = {"x": 30 / 64, "y": (10 + 48) / 2 / 48, "w": 40 / 64, "h": 38 / 48}
    assert {key: float(area.get(f"{{{AREA}}}{key}", "")) for key in expected} == pytest.approx(
        expected, abs=1e-5
    )
    shown = [one.get(f"{{{SCORES}}}happy") for one in root.iter(f"{{{SCORES}}}Expression")]
    assert shown == ["0.900", "0.200"]


@pytest.mark.parametrize(
    ("x", "left", "right"),
    [(-10.0, 0.0, 30.0), (44.0, 44.0, 64.0), (-10.0 / 3, 0.0, 110.0 / 3), (12.0, 12.0, 52.0)],
)
def test_a_face_cut_off_by_the_edge_of_the_picture_has_a_region_inside_it(
    x: float, left: float, right: float
) -> None:
    """A box of 40 pixels whose left edge is at ``x`` in an image of 64x48."""
    scene = Decider(RuleSettings()).decide(people(0.0, {1: 0.9}, x=x))
    area = next(ET.fromstring(packet(scene)).iter(f"{{{MWG}}}Area"))
    found = {key: float(area.get(f"{{{AREA}}}{key}", "")) for key in ("x", "w")}
    assert found == pytest.approx({"x": (left + right) / 2 / 64, "w": (right - left) / 64}, abs=1e-5)


def test_who_is_out_of_sight_is_in_no_region_and_nobody_is_not_a_packet() -> None:
    root = ET.fromstring(packet(decision(0.9, None)))
    assert len(list(root.iter(f"{{{MWG}}}Area"))) == 1
    assert packet(decision()) == b""


def test_the_photo_carries_it_and_the_setting_leaves_it_out(tmp_path: Path) -> None:
    one = decision(0.9)
    store, without = ReplayStore(tmp_path, 90), ReplayStore(tmp_path, 90, regions=False)
    with Image.open(store.keep(store.encode(one))) as image:
        assert image.info["xmp"] == packet(one)
        assert image.getexif()[0x0112] == 1
    with Image.open(without.keep(without.encode(one))) as image:
        assert "xmp" not in image.info


def test_more_faces_than_fit_cost_their_regions_and_not_the_photo() -> None:
    crowd = packet(decision(*[0.9] * 300))
    data = encode_jpeg(BLANK, 90, make_exif(EPOCH, "a", "b"), crowd)
    with Image.open(io.BytesIO(data)) as image:
        assert "xmp" not in image.info


def test_a_schema_for_editors_knows_every_key_and_both_ways_to_write_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", "--print-schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    rule = schema["$defs"]["RuleSettings"]["properties"]
    assert {"const": "everyone"} in rule["who"]["anyOf"]
    assert rule["who"]["default"] == "everyone"
    assert "happy" in rule["expression"]["anyOf"][0]["enum"]
    assert rule["hold_seconds"]["maximum"] == 10
    assert {"type": "string"} in schema["$defs"]["WebSettings"]["properties"]["names"]["anyOf"]
    assert schema["additionalProperties"] is False


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
