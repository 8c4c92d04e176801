"""What work costs, what the rule waits for, and the warning of a board that is too slow."""

import logging
from dataclasses import replace

import pytest

from appliance.pipeline.pace import BUSY_SHARE, IDLE_SHARE, Meter, Notice, Pace
from tests.support.strategies import decision_on, frame, person, showing_of


def test_the_cost_of_work_is_measured_and_follows_slowly_what_it_becomes() -> None:
    times = iter([0.0, 0.02, 1.0, 1.12])
    meter = Meter(timer=lambda: next(times))
    assert meter.run(lambda: "done") == "done"
    assert meter.seconds == pytest.approx(0.02)
    meter.run(lambda: None)
    assert meter.seconds == pytest.approx(0.03)


def test_a_stated_cost_is_never_measured() -> None:
    meter = Meter(0.05, timer=lambda: pytest.fail("measured"))
    assert meter.run(lambda: 7) == 7
    assert meter.seconds == 0.05


def test_nobody_is_waited_for_who_shows_it_is_too_far_away_or_passes_by() -> None:
    lacks, shows, far, passes, gone = (showing_of(person(n, 0.1, x=100.0 * n)) for n in range(1, 6))
    people = (
        lacks,
        replace(shows, shows=True),
        replace(far, person=replace(far.person, too_far=True)),
        replace(passes, person=replace(passes.person, counts=False)),
        replace(gone, shows=True, person=replace(gone.person, seen=False)),
    )
    pace = Pace()
    pace.observe(decision_on(frame(0.0), people=people, lacking=1))
    assert [box.x for box in pace.wanted.settled] == [200, 300, 400]
    assert (pace.wanted.idle, pace.wanted.lacking, pace.share) == (False, 1, BUSY_SHARE)


@pytest.mark.parametrize("facts", [{"people": ()}, {"people": (showing_of(person(1, 0.1)),), "armed": False}])
def test_less_of_a_core_is_used_while_no_photo_can_come(facts: dict[str, object]) -> None:
    pace = Pace()
    pace.observe(decision_on(frame(0.0), **facts))
    assert pace.wanted.idle
    assert pace.share == IDLE_SHARE


def test_a_slow_board_is_told_once_and_not_for_a_moment(caplog: pytest.LogCaptureFixture) -> None:
    notice = Notice(3)
    for slow in (True, True, False, True, True, True, True, True, True):
        with caplog.at_level(logging.WARNING):
            notice.check(slow, "slow by %.0f", 2.0)
    assert caplog.messages == ["slow by 2"]
