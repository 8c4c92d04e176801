"""Power cuts at random moments of a burst of photos and of the export to a stick, the root being read-only.

Most cuts freeze the machine at a random moment, and copy card and stick as they are: the copies are what
SIGKILL would have left at that moment. Each copy is judged before the machine goes on: nothing torn, nothing
lost that was said to be safe, and the store's next start clears up and goes on. The last cut of a life is a
real one: the machine is killed, and must come up by itself from what is left. Control files show that a cut
does cost what was not made safe.
"""

import contextlib
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.machine.vm.card import CardJudge, StickVerdict, copy, judge_stick, mounted, stick_photos
from tests.machine.vm.everyday import (
    CONFIG,
    PHOTOS,
    SERVICE,
    check,
    light_and_ready,
    root_is_read_only,
    settings,
    until_ready,
)
from tests.machine.vm.machine import STICKS, Machine, VmError

CUTS_A_LIFE = 34
"""A boot takes longer than a frozen cut, and thousands of photos are long to look at."""
SHARE_OF_BURST = 0.6
"""Of the cuts of a life; the others fall into the export, while the burst goes on."""
LONGEST_WAIT = 1.0
"""Seconds between two cuts."""
STICK_STORY = (
    "journalctl --boot --no-pager --output=short-monotonic | grep -iE 'usb|sd[a-z]|stick|export' | tail -60"
    "; systemctl --no-pager list-units 'smart-selfie*' '*sd*'; grep -r . /run/smart-selfie-export/said"
)
STICK_IS_DONE = '"$(cat /run/smart-selfie-export/light)" = safe_to_unplug'
BURSTING = 20
"""Photos and control files after which the burst goes on at full speed."""
LEFT = 100
"""Photos left on the card between two lives: vfat grows slow with thousands of files in a folder."""
CONTROL_BYTES = 30_000
"""Of a control file, about a photo's."""
GIVE_WAY = (
    "cd /run/systemd/system && mkdir -p smart-selfie-export@.service.d"
    " && printf '[Service]\\nNice=0\\n' >smart-selfie-export@.service.d/nice.conf && systemctl daemon-reload"
    f" && {{ renice --priority 5 $(ls /proc/$(systemctl show --property=MainPID --value {SERVICE})/task)"
    " || true; }"  # a thread may have ended
)
"""The export gives way to the appliance, which leaves it one of a Pi's processors. Here is one for all of
them, so it is the other way round, or an export takes minutes to begin."""
BURST_SETTINGS = (
    "-e 's/mode: button/mode: always_armed/' -e 's/new_scene: true/new_scene: false/'"
    " -e 's/cooldown_seconds: .*/cooldown_seconds: 0.0/'"
)
"""The appliance itself takes as many photos as it can, beside the burst."""


@dataclass
class Tally:
    """What came of the cuts so far."""

    burst: int = 0
    export: int = 0
    real: int = 0
    torn: int = 0
    lost: int = 0
    safe: set[str] = field(default_factory=set)
    on_stick: int = 0
    controls_lost: int = 0

    @property
    def cuts(self) -> int:
        """All of them."""
        return self.burst + self.export

    def table(self) -> str:
        """For the end of the run."""
        rows = [
            ("power cuts during a burst of photos", self.burst),
            ("power cuts during the export as well", self.export),
            ("of all, by killing the machine, which then came up by itself", self.real),
            ("photos said to be safe", len(self.safe)),
            ("of these lost", self.lost),
            ("photos torn", self.torn),
            ("control files, not made safe, lost or torn", self.controls_lost),
            ("photos on the last stick after the last cut, each compared", self.on_stick),
        ]
        return "\n".join(f"{number:8,}  {what}" for what, number in rows)


class PowerCuts:
    """Runs ``count`` cuts on the disks in ``folder``."""

    def __init__(self, folder: Path, count: int) -> None:
        self._folder = folder
        self._count = count
        self._chance = random.Random(6)
        self._judge = CardJudge()
        self._safe: set[str] = set()
        self._stick = StickVerdict(0, 0, [])
        self._stick_copied = self._stick_judged = 0
        self.tally = Tally()

    def run(self) -> None:
        """Life after life; off in the end. Raises VmError, AssertionError."""
        machine = self._power_on()
        try:
            until_ready(machine)
            machine.run(f"sed -i {BURST_SETTINGS} {CONFIG}; sync")
            while self.tally.cuts < self._count:
                self._life(machine, min(CUTS_A_LIFE, self._count - self.tally.cuts))
                machine = self._power_on()
                self._comes_up(machine)
            check(self.tally.controls_lost > 0, "the cuts did cost files that nobody had made safe")
        finally:
            machine.cut_power()
            print(self.tally.table(), flush=True)

    def _power_on(self) -> Machine:
        return Machine(self._folder, first_processor=True)

    def _life(self, machine: Machine, cuts: int) -> None:
        """Ends with the machine's power cut for real."""
        machine.run(GIVE_WAY)
        machine.start(f"setsid nice -n 5 /srv/vm/burst {CONTROL_BYTES} >/run/burst.log 2>&1 &")
        machine.run("true")
        until_bursting(machine)
        exporting = False
        for number in range(1, cuts + 1):
            if number > cuts * SHARE_OF_BURST:
                self._keep_exporting(machine, plugged=exporting)
                exporting = True
            time.sleep(self._chance.uniform(0.02, LONGEST_WAIT))
            last = number == cuts
            if last:
                machine.cut_power()
            # Frozen until all is looked at, it does not run away with the processor, nor with photos.
            with contextlib.nullcontext() if last else machine.frozen():
                self._copy()
                told = machine.kept()
                self._safe |= {name for name in told if name.startswith("selfie")}
                self.tally.real += last
                if exporting:
                    self.tally.export += 1
                else:
                    self.tally.burst += 1
                self._look({name for name in told if name.startswith("control")}, again=last)

    def _keep_exporting(self, machine: Machine, *, plugged: bool) -> None:
        """An export is under way: of what the burst has kept since, where there was one before."""
        if plugged:
            if machine.attempt(f"test {STICK_IS_DONE}")[0]:
                return
            machine.pull_out()
        before = len(stick_photos(self._folder / "vfat.img")[0])
        machine.plug_in()
        until_copying(self._folder / "vfat.img", before)

    def _copy(self) -> None:
        copy(self._folder / "data.img", self._folder / "cut.img")
        stick = self._folder / "vfat.img"
        if (written := stick.stat().st_mtime_ns) != self._stick_copied:
            copy(stick, self._folder / "cut-stick.img")
            self._stick_copied = written

    def _look(self, controls: set[str], *, again: bool) -> None:
        verdict = self._judge.judge(self._folder / "cut.img", self._safe, again=again)
        lost = controls_lost(self._folder / "cut.img", controls)
        if self._stick_copied != self._stick_judged:
            self._stick = judge_stick(
                self._folder / "cut-stick.img", self._folder / "cut.img", self._judge.whole
            )
            self._stick_judged = self._stick_copied
        stick = self._stick
        tally = self.tally
        tally.safe |= self._safe
        tally.on_stick = stick.photos
        tally.torn += len(verdict.torn)
        tally.lost += len(verdict.lost)
        tally.controls_lost += lost
        print(
            f"cut {tally.cuts}/{self._count}: {verdict.whole} photos whole, {len(self._safe)} said to be"
            f" safe, {len(verdict.torn)} torn, {len(verdict.lost)} lost;"
            f" {lost} of {len(controls)} control files lost; stick: {stick.photos}, {stick.listed} listed",
            flush=True,
        )
        if not verdict.good:
            raise VmError(f"torn: {verdict.torn}; lost: {verdict.lost}")

    def _comes_up(self, machine: Machine) -> None:
        """By itself, with all its photos and settings; the stick, plugged in again, gets the rest of them."""
        until_ready(machine)
        there = set(machine.run(f"ls {PHOTOS}").split())
        check(
            self._safe <= there,
            f"after a real cut it is ready again by itself, with all {len(self._safe)} photos",
        )
        root_is_read_only(machine)
        machine.run(f"grep -q 'cooldown_seconds: 0.0' {CONFIG}")
        check(True, "and an edited setting is still there")
        # What the cut left half on the stick is for the export to mend, as long as the card has it.
        stay = "|".join(["nothing", *self._stick.unfinished])
        gone = machine.run(
            f"cd {PHOTOS} && ls | head -n -{LEFT} | grep -vxE '{stay}' | tee /run/gone | xargs rm -f"
            "; cat /run/gone"
        )
        self._safe -= set(gone.split())
        settings(machine, mode="button")  # or it would look at as many frames as the processor allows
        machine.plug_in()
        try:
            machine.until(f"test {STICK_IS_DONE}", 300)
        except VmError as error:
            told = machine.attempt(STICK_STORY)[1]
            raise VmError(f"{error}\n{told}") from error
        said = machine.run("journalctl --identifier=smart-selfie-export --output=cat | grep 'photos are in'")
        machine.pull_out()
        check("NOT" not in said, f"and the export goes on where it was: {said}")
        settings(machine, mode="always_armed")
        # Another stick for the next life: before anything is copied, all that is on it is compared.
        machine.run(f"mkfs.vfat --mbr=n -n SELFIES {STICKS['vfat']} && sync {STICKS['vfat']}")


def controls_lost(card: Path, told: set[str]) -> int:
    """How many of the files that were written, but not made safe, are not whole on the card."""
    with mounted(card) as place:
        sizes = {path.name: path.stat().st_size for path in (place / "control").glob("control-*")}
    return sum(sizes.get(name) != CONTROL_BYTES for name in told)


def until_bursting(machine: Machine) -> None:
    """Until the burst keeps photos. Raises VmError."""
    end = time.monotonic() + 240
    before = len(machine.kept())
    while len(machine.kept()) < before + BURSTING:
        if time.monotonic() > end:
            raise VmError("the burst does not begin")
        time.sleep(0.2)


def until_copying(stick: Path, before: int) -> None:
    """Until the export has put another photo onto the stick. Raises VmError."""
    end = time.monotonic() + 240
    while len(stick_photos(stick)[0]) <= before:
        if time.monotonic() > end:
            raise VmError("the export does not begin")
        time.sleep(0.5)


def hung(machine: Machine) -> None:
    """Process 1 hangs: the watchdog resets the machine, and it comes up by itself."""
    until_ready(machine)
    machine.run(f"grep -q 'cooldown_seconds: 2.5' {CONFIG}")
    check(True, "a setting edited in the life before is still there")
    print(f"    light {light_and_ready(machine)[2]}, with settings on a partition of their own", flush=True)
    first = machine.run("cat /proc/sys/kernel/random/boot_id")
    name = machine.run("cat /sys/class/watchdog/watchdog0/identity")
    check(
        machine.run("cat /sys/class/watchdog/watchdog0/state") == "active",
        f"process 1 feeds the watchdog, {name}",
    )
    started = time.monotonic()
    # Frozen, it can do nothing any more, and no signal can wake it.
    machine.start("echo 1 >/sys/fs/cgroup/init.scope/cgroup.freeze")
    machine.await_restart(120)
    print(f"    reset {time.monotonic() - started:.0f} s after process 1 hung", flush=True)
    until_ready(machine)
    check(
        machine.run("cat /proc/sys/kernel/random/boot_id") != first,
        "process 1 hangs: the watchdog resets the machine, and it is ready again by itself",
    )
