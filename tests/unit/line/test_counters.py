"""What a stage has done, and how long it took."""

import threading
import time

from appliance.clock import MonotonicClock
from appliance.line.runner import Runner
from appliance.records.frame import Frame
from tests.support.line_stages import Collect, frames, row


def test_counters_tell_how_long_a_stage_took() -> None:
    class Slow(Collect):
        def process(self, frame: Frame) -> list[Frame]:
            time.sleep(0.01)
            return []

    runner = Runner(frames(3), row(Slow()), MonotonicClock(), threading.Event())
    runner.run_inline()
    counters = runner.counters()[-1].counters
    assert counters.done == 3
    assert counters.wall >= 0.03
    assert counters.cpu < counters.wall
    assert "3 done, 0 dropped" in str(counters)
