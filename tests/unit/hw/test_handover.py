"""From power-on to the first picture the light is never left to nobody."""

import threading
from pathlib import Path

import pytest

from appliance.clock import MonotonicClock, VirtualClock
from appliance.hw import early_light, handover

CLOCK = MonotonicClock()


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    """The runtime directories systemd makes: that of the appliance, and in it that of the early light."""
    early = tmp_path / "smart-selfie" / handover.EARLY_LIGHT
    early.mkdir(parents=True)
    return early.parent


def environ(folder: Path) -> dict[str, str]:
    return {"RUNTIME_DIRECTORY": str(folder)}


def test_the_early_light_shines_until_the_appliance_wants_the_pins_and_only_then_are_they_taken(
    runtime: Path,
) -> None:
    early = runtime / handover.EARLY_LIGHT
    order = []

    def shine() -> None:
        early_light.early_blink("/no/settings", "/no/note", str(early))
        order.append("given")
        early.rmdir()  # systemd, when the process has ended

    light = threading.Thread(target=shine)
    light.start()
    handover.take_pins(CLOCK, environ(runtime))
    order.append("taken")
    light.join(10)
    assert order == ["given", "taken"]


def test_an_early_light_that_hangs_does_not_keep_the_appliance_from_starting(runtime: Path) -> None:
    clock = VirtualClock()
    handover.take_pins(clock, environ(runtime))
    assert clock.now() == pytest.approx(handover.PIN_WAIT_SECONDS, abs=0.1)


def test_an_early_light_that_comes_late_gives_way_at_once(
    runtime: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (runtime / early_light.WANTED).touch()
    assert early_light.early_blink("/no/settings", "/no/note", str(runtime / handover.EARLY_LIGHT)) == 0
    assert "the appliance was faster" in capsys.readouterr().err


def test_started_by_hand_there_is_nobody_to_wait_for() -> None:
    clock = VirtualClock()
    handover.take_pins(clock, {})
    assert clock.now() == 0
