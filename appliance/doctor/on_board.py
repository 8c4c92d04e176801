"""``smart-selfie doctor --board``: a minute of tests on a real board, for a report to share.

The report is not personal: it holds no picture, and no name of the machine, a user or their files.
"""

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from appliance.clock import Clock
from appliance.config import Config
from appliance.doctor import board_checks, boot, camera_checks, program_checks
from appliance.doctor.finding import Finding, Status, fault, good, unknown
from appliance.doctor.hand_test import press_when_it_shines
from appliance.doctor.memory_checks import check_memory
from appliance.doctor.program_checks import UNIT, load_part
from appliance.doctor.versions import versions
from appliance.errors import ApplianceError, RecordingError
from appliance.hw.camera import Camera, facts_of
from appliance.hw.machine import Machine

if TYPE_CHECKING:  # numpy may be what is broken
    from appliance.records.frame import Frame

CAMERA_SECONDS = 10.0
LOAD_SECONDS = 20.0
HAND_SECONDS = 15.0
STOPPED_WITHIN_SECONDS = 20.0
"""More than TimeoutStopSec of the unit."""
_READ_SECONDS = 1.5


@dataclass(slots=True)
class Trial:
    """Durations of the trials, seconds; tests use shorter ones. ``report`` gets progress messages."""

    report: Callable[[str], None] = lambda _: None
    camera: float = CAMERA_SECONDS
    load: float = LOAD_SECONDS
    hand: float = HAND_SECONDS


def board_report(
    config: Config, machine: Machine, clock: Clock, trial: Trial | None = None
) -> Iterator[Finding]:
    """Yield the lines of the report, each as soon as it is known. The appliance is stopped meanwhile."""
    trial = trial or Trial()
    yield from versions(machine)
    name = board_checks.check_board(machine)
    yield name
    if name.state is Status.UNKNOWN:
        yield unknown("report", "not a Raspberry Pi: power, pins and a Pi camera cannot be tested")
    yield boot.ready_after(machine)
    yield boot.cloud_init(machine)
    yield board_checks.check_power(machine)
    with appliance_stopped(machine, clock) as stopped:
        if not stopped:
            yield fault("report", "the appliance runs and cannot be stopped", "Run it as root: with sudo")
            return
        yield from _trials(config, machine, clock, trial)


def _trials(config: Config, machine: Machine, clock: Clock, trial: Trial) -> Iterator[Finding]:
    try:
        opened = load_part("appliance.hw.cameras").open_camera(config.camera, clock, lambda _: None)
    except ApplianceError as error:
        yield _camera_fault(error)
        yield check_memory(machine, config, None)
    else:
        try:
            yield from _of_camera(opened, config, machine, clock, trial)
        except ApplianceError as error:
            yield _camera_fault(error)
        finally:
            opened.close()
    trial.report(f"Press the button while the light shines: {trial.hand:.0f} s")
    yield press_when_it_shines(config.hardware, machine, clock, trial.hand)


def _camera_fault(error: ApplianceError) -> Finding:
    if isinstance(error, RecordingError):  # its message names a file
        return fault("camera", "the recording of the settings cannot be played", "Set camera.source: auto")
    return fault("camera", error.what, error.hint)


def _of_camera(
    opened: Camera, config: Config, machine: Machine, clock: Clock, trial: Trial
) -> Iterator[Finding]:
    trial.report(f"Counting frames for {trial.camera:.0f} s")
    yield _delivered(opened, clock, trial.camera)
    facts = facts_of(opened) or {}
    if facts:
        yield from camera_checks.granted_findings(facts)
        yield _exposure(facts)
    yield check_memory(machine, config, facts)
    before = board_checks.check_temperature(machine)
    trial.report(f"Running the whole pipeline for {trial.load:.0f} s, to measure heat and power under load")
    yield from _under_load(opened, config, clock, trial.load)
    after, power = board_checks.check_temperature(machine), board_checks.check_power(machine)
    rise = after.seen if after.state is Status.UNKNOWN else f"{before.seen} before, {after.seen} under load"
    yield Finding("heat, loaded", after.state, rise, after.advice)
    yield board_checks.check_speed(machine)
    yield Finding("power, loaded", power.state, power.seen, power.advice, power.facts)


def _delivered(opened: Camera, clock: Clock, seconds: float) -> Finding:
    """Return the real frame rate, and the longest gap between two frames."""
    first = opened.read(_READ_SECONDS).captured_at  # opening the camera does not count
    times = [first]
    end = clock.now() + seconds
    while clock.now() < end:
        times.append(opened.read(_READ_SECONDS).captured_at)
    passed = times[-1] - first
    rate = (len(times) - 1) / passed if passed > 0 else 0.0
    gap = max((after - before for before, after in itertools.pairwise(times)), default=0.0)
    facts = facts_of(opened) or {}
    figures = {"frames": len(times), "rate": round(rate, 2), "longest_gap_ms": round(1000 * gap)}
    seen = f"{rate:.1f} frames a second over {passed:.0f} s, longest gap {1000 * gap:.0f} ms"
    granted = facts.get("frame_rate") or 0
    if rate < 0.8 * granted:
        advice = "In the dark frames take longer; else the board is too slow for this camera.picture_size"
        return Finding("camera", Status.WARNING, f"{seen}, {granted:.3g} granted", advice, facts | figures)
    return Finding("camera", Status.GOOD, seen, facts=facts | figures)


def _exposure(facts: dict[str, Any]) -> Finding:
    """Return ranges and current values of shutter, gain and focus."""
    ranges = ", ".join(f"{name} {least:g} to {most:g}" for name, (least, most) in facts["ranges"].items())
    now = ", ".join(f"{name} {value:g}" for name, value in facts.get("now", {}).items())
    seen = "; ".join(part for part in (ranges, f"now {now}" if now else "") if part)
    return good("exposure", seen) if seen else unknown("exposure", "not reported by this camera")


def _under_load(opened: Camera, config: Config, clock: Clock, seconds: float) -> Iterator[Finding]:
    """Run the whole pipeline on the camera's frames; no photo is kept."""
    try:
        assembly = load_part("appliance.pipeline.assembly")
        lines = assembly.assemble(config, assembly.load_models(config)).lines
        runner = load_part("appliance.line.runner").Runner
    except ApplianceError as error:
        yield fault("stages", error.what, error.hint)
        return
    stop, end = threading.Event(), clock.now() + seconds

    def frames() -> "Iterator[Frame]":
        while clock.now() < end and not stop.is_set():
            yield opened.read(_READ_SECONDS)

    running = runner(frames(), lines, clock, stop)
    running.run_threaded(lambda: None)
    for worker in running.counters():
        figures = worker.counters.report()
        yield _stage(worker.stage, str(worker.counters), figures)


def _stage(name: str, seen: str, figures: dict[str, float]) -> Finding:
    facts = {"stage": name, **figures}
    if figures["dropped"] <= 0.5 * max(1, figures["done"]):
        return Finding("stage", Status.GOOD, f"{name}: {seen}", facts=facts)
    advice = "The board is slow for this: a lower camera.frame_rate changes nothing in the photos"
    return Finding("stage", Status.WARNING, f"{name}: {seen}", advice, facts)


@contextlib.contextmanager
def appliance_stopped(machine: Machine, clock: Clock) -> Iterator[bool]:
    """Stop the appliance, which holds camera and pins, and start it again; yield whether it stopped."""
    if _is_down(machine):
        yield True
        return
    if machine.run("systemctl", "stop", "--no-block", UNIT) is None:
        yield False
        return
    try:  # a photo under way is still written
        end = clock.now() + STOPPED_WITHIN_SECONDS
        while not (down := _is_down(machine)) and clock.now() < end:
            clock.wait_until(clock.now() + 0.5)
        yield down
    finally:
        machine.run("systemctl", "start", "--no-block", UNIT)


def _is_down(machine: Machine) -> bool:
    unit = program_checks.unit(machine)
    return unit is None or unit.active in {"inactive", "failed", "?"}
