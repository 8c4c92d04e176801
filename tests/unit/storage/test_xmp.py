"""What a photo says about people: where faces are and what they show, in the words of photo programs."""

import io
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

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
