"""Lines that strangers can cause are bounded, and nothing is left out without a word."""

import logging

import pytest

from appliance.clock import VirtualClock
from appliance.system.log_limit import MOST_A_PERIOD, PERIOD_SECONDS, LogLimit, limited_log


@pytest.fixture
def log() -> logging.Logger:
    return logging.getLogger("test_log_limit")


def test_a_flood_of_one_kind_is_ten_lines_a_minute_and_says_so(
    log: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    clock = VirtualClock(0.0)
    limit = LogLimit(clock)
    log.addFilter(limit)
    try:
        for number in range(5000):
            log.warning("a request of %d", number)
            if number == 50:
                log.warning("something else")
    finally:
        log.removeFilter(limit)
    lines = [record.getMessage() for record in caplog.records]
    flood = [line for line in lines if line.startswith("a request")]
    assert len(flood) == MOST_A_PERIOD
    assert flood[MOST_A_PERIOD - 1] == "a request of 9 (more lines like this are left out for a minute)"
    assert "something else" in lines


def test_after_a_minute_the_number_left_out_is_reported(
    log: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    clock = VirtualClock(0.0)
    limit = LogLimit(clock)
    log.addFilter(limit)
    try:
        for number in range(MOST_A_PERIOD + 26):
            if number == MOST_A_PERIOD + 25:
                clock.wait_until(PERIOD_SECONDS)
            log.warning("refused")
    finally:
        log.removeFilter(limit)
    assert caplog.records[-1].getMessage() == "refused (25 lines like this were left out before)"


def test_the_limit_ends_with_what_it_was_for(log: logging.Logger, caplog: pytest.LogCaptureFixture) -> None:
    with limited_log(VirtualClock(0.0)):
        for _ in range(MOST_A_PERIOD + 5):
            log.warning("during")
    for _ in range(MOST_A_PERIOD + 5):
        log.warning("after")
    assert [record.getMessage() for record in caplog.records].count("after") == MOST_A_PERIOD + 5
    assert len(caplog.records) == 2 * MOST_A_PERIOD + 5
