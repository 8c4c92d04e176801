"""Photos of real life are dated by the moment they show, not by when they were written."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from appliance.clock import VirtualClock
from appliance.storage.card_store import CardStore
from appliance.storage.photos import PhotoStore
from tests.support.strategies import decision_on, frame, person, showing_of

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


def test_a_photo_is_dated_by_the_moment_its_frame_was_captured(tmp_path: Path) -> None:
    store = CardStore(PhotoStore(tmp_path), VirtualClock(start=100.0), wall=lambda: NOON)
    assert store.keep(store.encode(decision_on(frame(97.0)))).name == "selfie-000001-20261121-115957.jpg"


def test_a_frame_of_the_future_is_dated_now(tmp_path: Path) -> None:
    store = CardStore(PhotoStore(tmp_path), VirtualClock(), wall=lambda: NOON)
    assert store.keep(store.encode(decision_on(frame(5.0)))).name == "selfie-000001-20261121-120000.jpg"


@pytest.mark.parametrize("regions", [True, False])
def test_faces_go_into_the_photo_only_if_the_setting_says_so(tmp_path: Path, regions: bool) -> None:
    store = CardStore(PhotoStore(tmp_path), VirtualClock(), regions=regions)
    decision = decision_on(frame(0.0), people=(showing_of(person(1, 0.9)),))
    with Image.open(store.keep(store.encode(decision))) as image:
        assert ("xmp" in image.info) is regions
