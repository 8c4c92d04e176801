"""A day and a night: memory and descriptors stay flat. Simulated on a virtual clock; real hours on demand.

``SMART_SELFIE_SOAK_HOURS=4 scripts/test tests/appliance/test_soak.py -m long -s``: for four hours.
"""

import os
import re
import resource
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.clock import VirtualClock
from appliance.config import load_config
from appliance.feed.describe import describe
from appliance.hw.cameras.convert import make_frame
from appliance.hw.cameras.scene import Scene
from appliance.line.runner import Runner
from appliance.pipeline.assembly import assemble, load_models
from appliance.records.decision import Decision
from appliance.records.frame import Frame
from appliance.storage.card_store import CardStore
from appliance.storage.photos import PhotoStore
from appliance.web.access import LoginLimiter
from appliance.web.history import History

REAL_HOURS = float(os.environ.get("SMART_SELFIE_SOAK_HOURS", "0"))

pytestmark = [pytest.mark.long, pytest.mark.timeout(int(3600 * (1 + REAL_HOURS)))]

HOURS = 24
STEEP_MB = 1.0
"""Megabytes an hour."""
PARTY_SECONDS, QUIET_SECONDS = 600.0, 60.0
"""Between two moments in which everybody smiles, and between two looks meanwhile."""
MOMENT = np.arange(5.5, 8.5, 0.1)
"""Seconds of the scene: three of a moment in which everybody smiles at last."""


@dataclass
class Usage:
    """Memory and descriptors of a process, as time passes."""

    pid: str = "self"
    hours: list[float] = field(default_factory=list)
    resident: list[float] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)

    def look(self, hour: float) -> None:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text("ascii").split()[1])
        self.hours.append(hour)
        self.resident.append(pages * resource.getpagesize() / 1e6)
        self.descriptors.append(len(os.listdir(f"/proc/{self.pid}/fd")))  # noqa: PTH208  (a number)

    def check(self, after: float) -> None:
        """Assert that both are flat from the hour ``after`` on."""
        settled = [index for index, hour in enumerate(self.hours) if hour >= after]
        hours = [self.hours[index] for index in settled]
        slope = statistics.linear_regression(hours, [self.resident[index] for index in settled]).slope
        used = {self.descriptors[index] for index in settled}
        print(
            f"\n{self.resident[settled[0]]:.0f} MB after {hours[0]:.1f} h, {self.resident[-1]:.0f} MB after"
            f" {hours[-1]:.1f} h, {slope:+.2f} MB/h, {min(used)} to {max(used)} descriptors"
        )
        assert slope <= STEEP_MB
        assert max(used) - min(used) <= 2
        assert self.descriptors[-1] <= self.descriptors[settled[0]] + 1


class Day:
    """Frames of a day: a moment every ten minutes, and one look a minute between."""

    def __init__(self, usage: Usage) -> None:
        self.clock = VirtualClock()
        self._usage = usage
        scene = Scene(VirtualClock())
        drawn = [scene.picture(float(second)) for second in (*MOMENT, 0.5)]
        self._pictures = [cv2.resize(one, (640, 360), interpolation=cv2.INTER_AREA) for one in drawn]

    def frames(self) -> Iterator[Frame]:
        number, looked = 0, -1
        while self.clock.now() < HOURS * 3600:
            moment, now = self.clock.now() % PARTY_SECONDS < MOMENT[-1] - MOMENT[0], self.clock.now()
            place = round(now % PARTY_SECONDS * 10) % len(MOMENT) if moment else -1
            yield make_frame(number, now, np.asarray(self._pictures[place], np.uint8), (640, 480))
            number += 1
            party = (now // PARTY_SECONDS + 1) * PARTY_SECONDS
            self.clock.wait_until(now + 0.1 if moment else min(now + QUIET_SECONDS, party))
            if int(now // 3600) > looked:
                looked = int(now // 3600)
                self._usage.look(now / 3600)


def test_a_day_and_a_night_take_no_more_memory_than_two_hours(tmp_path: Path) -> None:
    usage = Usage()
    day, history = Day(usage), History(minutes=60)
    limiter = LoginLimiter(day.clock)
    config = load_config(None, [("rule.new_scene", False)])
    midnight = datetime(2026, 11, 21, tzinfo=UTC)

    def wall() -> datetime:
        return midnight + timedelta(seconds=day.clock.now())

    store = PhotoStore(tmp_path, keep_free_mb=0, clock=day.clock)
    store.prepare()

    def seen(decision: Decision) -> None:
        now = day.clock.now()
        history.add(describe(decision, config.rule, None)["people"], now, wall().timestamp())
        limiter.take(f"192.0.2.{decision.frame.sequence % 250}")

    assembly = assemble(
        config, load_models(config), store=CardStore(store, day.clock, wall), on_decision=[seen]
    )

    def watched() -> Iterator[Frame]:
        for frame in day.frames():
            if frame.sequence % 500 == 0:  # somebody turns a knob
                rule = config.rule.model_copy(update={"cooldown_seconds": 5.0 + frame.sequence % 2})
                assembly.use(config.model_copy(update={"rule": rule}), None)
            for photo in sorted(tmp_path.glob("*.jpg"))[:-20]:  # and takes the photos off the card
                photo.unlink()
            yield frame

    runner = Runner(watched(), assembly.lines, day.clock, threading.Event())
    runner.run_inline()
    kept = next(one.counters.done for one in runner.counters() if one.stage == "keep photo")
    print(f"\n{kept} photos in {day.clock.now() / 3600:.0f} simulated hours")
    assert kept > HOURS * 3600 / PARTY_SECONDS / 2
    usage.check(after=2)


@pytest.mark.skipif(not REAL_HOURS, reason="SMART_SELFIE_SOAK_HOURS is not set")
def test_real_hours_of_the_programs(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "config.yaml").write_text(
        f"camera: {{source: scene}}\nstorage: {{folder: {tmp_path}/photos, keep_free_mb: 0}}\n"
    )
    environ = {**os.environ, "RUNTIME_DIRECTORY": str(tmp_path)}
    command = [sys.executable, "-m", "appliance", "run", "--config", str(tmp_path / "config.yaml")]
    with subprocess.Popen(command, env=environ, stderr=(tmp_path / "log").open("w")) as running:
        usage, started = Usage(str(running.pid)), time.monotonic()
        try:
            while (hours := (time.monotonic() - started) / 3600) < REAL_HOURS:
                time.sleep(min(60.0, REAL_HOURS * 3600 / 50))
                assert running.poll() is None, (tmp_path / "log").read_text()
                usage.look(hours)
                for photo in sorted((tmp_path / "photos").glob("*.jpg"))[:-20]:
                    photo.unlink()
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(30)
    assert re.search(r"keep photo: \d{2}", (tmp_path / "log").read_text())
    usage.check(after=REAL_HOURS / 6)
