"""The light tells that a stick is being written, and when it may be pulled out."""

import pytest

from appliance.daemon.watches.stick import StickWatch
from appliance.light.states import Condition


@pytest.fixture
def place(tmp_path):
    return tmp_path / "light"


@pytest.fixture
def told():
    return []


@pytest.fixture
def watch(place, told):
    return StickWatch(lambda light, present: told.append((light, present)), place)


def test_from_copying_to_safe_to_pulled_out(watch, place, told):
    watch.look()
    assert told == []
    place.write_text("exporting\n")
    watch.look()
    watch.look()
    assert told == [(Condition.EXPORTING, True)]
    place.write_text("safe_to_unplug\n")
    watch.look()
    assert told[1:] == [(Condition.EXPORTING, False), (Condition.SAFE_TO_UNPLUG, True)]
    place.unlink()
    watch.look()
    assert told[3:] == [(Condition.SAFE_TO_UNPLUG, False)]


@pytest.mark.parametrize("content", [b"all", b"", b"\xff\xfe", b"x" * 100_000])
def test_words_that_are_not_the_exports_say_nothing(watch, place, told, content):
    place.write_bytes(content)
    watch.look()
    assert told == []
