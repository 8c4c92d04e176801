"""The counters of the stages are in the journal every minute, and when they are asked for."""

import logging
import threading

import pytest

from appliance.daemon.report import Report
from appliance.line.counters import Counters, StageCounters


def test_counters_are_logged_every_minute_and_on_request(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    asked = threading.Event()
    report = Report(lambda: [StageCounters("frames", "decide", Counters(done=7))], asked, start=100.0)

    def lines(now: float) -> int:
        caplog.clear()
        report.poll(now)
        return caplog.text.count("decide: 7 done")

    assert [lines(now) for now in (100.0, 159.9, 160.0, 160.5)] == [0, 0, 1, 0]
    asked.set()
    assert [lines(now) for now in (170.0, 170.5, 229.9, 230.0)] == [1, 0, 0, 1]
