"""The light tells that a stick is being written, and when it may be pulled out."""

from pathlib import Path

import pytest

from appliance.daemon.conditions import Conditions
from appliance.daemon.watches.stick import StickWatch
from appliance.light.states import Condition

Heard = list[tuple[Condition, bool]]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "light"


@pytest.fixture
def heard() -> Heard:
    return []


@pytest.fixture
def watch(place: Path, heard: Heard) -> StickWatch:
    conditions = Conditions()
    conditions.subscribe(lambda condition, present: heard.append((condition, present)))
    return StickWatch(conditions, place)


def test_from_copying_to_safe_to_pulled_out(watch: StickWatch, place: Path, heard: Heard) -> None:
    watch.check()
    assert heard == []
    place.write_text("exporting\n")
    watch.check()
    watch.check()
    assert heard == [(Condition.EXPORTING, True)]
    place.write_text("safe_to_unplug\n")
    watch.check()
    assert heard[1:] == [(Condition.EXPORTING, False), (Condition.SAFE_TO_UNPLUG, True)]
    place.unlink()
    watch.check()
    assert heard[3:] == [(Condition.SAFE_TO_UNPLUG, False)]


@pytest.mark.parametrize("content", [b"all", b"", b"\xff\xfe", b"x" * 100_000])
def test_words_that_are_not_the_exports_say_nothing(
    watch: StickWatch, place: Path, heard: Heard, content: bytes
) -> None:
    place.write_bytes(content)
    watch.check()
    assert heard == []
