"""Power cuts at random moments of a burst of photos and of the export to a stick, the root being read-only.

Most cuts freeze QEMU at a random moment, copy card and stick as they are, and let it go on: the copies are
what SIGKILL would have left at that moment. Each copy is then judged: nothing torn, nothing lost that was
said to be safe, and the store's next start clears up and goes on. The last cut of a life is a real one: QEMU
is killed, and the machine must come up by itself from what is left.
"""

import random
import time
from dataclasses import dataclass
from pathlib import Path

from tests.machine.vm.card import CardJudge, copy, judge_stick, stick_photos
from tests.machine.vm.everyday import CONFIG, PHOTOS, check, photos, until_ready
from tests.machine.vm.machine import Machine, VmError

CUTS_A_LIFE = 34
"""A boot takes a minute or more where there is no KVM, a frozen cut some seconds."""
SHARE_OF_BURST = 0.6
"""Of the cuts of a life; the others fall into the export, while the burst goes on."""
LONGEST_WAIT = 1.2
"""Seconds between two cuts."""
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
    safe: int = 0
    on_stick: int = 0

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
            ("photos said to be safe", self.safe),
            ("of these lost", self.lost),
            ("photos torn", self.torn),
            ("photos on the stick after the last cut, each compared", self.on_stick),
        ]
        return "\n".join(f"{number:8,}  {what}" for what, number in rows)


class PowerCuts:
    """Runs ``count`` cuts on the disks in ``folder``."""

    def __init__(self, folder: Path, options: list[str], count: int) -> None:
        self._folder = folder
        self._options = options
        self._count = count
        self._chance = random.Random(6)
        self._judge = CardJudge()
        self._safe: set[str] = set()
        self.tally = Tally()

    def run(self, machine: Machine | None = None) -> None:
        """Life after life, the first that of ``machine``. Raises VmError, AssertionError."""
        machine = machine or Machine(self._folder, self._options, read_only=True)
        try:
            until_ready(machine)
            machine.run(f"sed -i {BURST_SETTINGS} {CONFIG}; sync")
            while self.tally.cuts < self._count:
                self._life(machine, min(CUTS_A_LIFE, self._count - self.tally.cuts))
                machine = Machine(self._folder, self._options, read_only=True, stick=True)
                self._comes_up(machine)
        finally:
            machine.cut_power()
            print(self.tally.table(), flush=True)

    def _life(self, machine: Machine, cuts: int) -> None:
        """Ends with the machine's power cut for real."""
        before = set(self._safe)
        machine.run("setsid /srv/vm/burst >/run/burst.log 2>&1 &")
        machine.until(f"test $(ls {PHOTOS} | wc -l) -gt {len(photos(machine))}", 120)
        exporting = False
        for number in range(1, cuts + 1):
            if number > cuts * SHARE_OF_BURST and not exporting:
                exporting = True
                machine.plug_in()
                until_copying(self._folder / "stick.img", len(stick_photos(self._folder / "stick.img")[0]))
            time.sleep(self._chance.uniform(0.02, LONGEST_WAIT))
            last = number == cuts
            if last:
                machine.cut_power()
                self._copy()
                self._safe = before | machine.kept()
            else:
                with machine.frozen():
                    self._copy()
                    self._safe = before | machine.kept()
            self.tally.real += last
            if exporting:
                self.tally.export += 1
            else:
                self.tally.burst += 1
            self._look()

    def _copy(self) -> None:
        copy(self._folder / "data.img", self._folder / "cut.img")
        copy(self._folder / "stick.img", self._folder / "cut-stick.img")

    def _look(self) -> None:
        verdict = self._judge.judge(self._folder / "cut.img", self._safe)
        stick, listed = judge_stick(self._folder / "cut-stick.img", self._folder / "cut.img")
        tally = self.tally
        tally.safe, tally.on_stick = len(self._safe), stick
        tally.torn += len(verdict.torn)
        tally.lost += len(verdict.lost)
        print(
            f"cut {tally.cuts}/{self._count}: {verdict.whole} photos whole, {len(self._safe)} said to be"
            f" safe, {len(verdict.torn)} torn, {len(verdict.lost)} lost; stick: {stick}, {listed} listed",
            flush=True,
        )
        if not verdict.good:
            raise VmError(f"torn: {verdict.torn}; lost: {verdict.lost}")

    def _comes_up(self, machine: Machine) -> None:
        """By itself, with all its photos and settings; the stick still in it gets the rest of them."""
        until_ready(machine)
        there = set(machine.run("ls /var/lib/smart-selfie/photos").split())
        check(
            self._safe <= there,
            f"after a real cut it is ready again by itself, with all {len(self._safe)} photos",
        )
        root_is_read_only(machine)
        machine.run(f"grep -q 'cooldown_seconds: 0.0' {CONFIG}")
        check(True, "and an edited setting is still there")
        machine.until('test "$(cat /run/smart-selfie-export/light)" = safe_to_unplug', 300)
        said = machine.run("journalctl --identifier=smart-selfie-export --output=cat | grep 'photos are on'")
        machine.pull_out()
        check("NOT" not in said, f"and the export goes on where it was: {said}")


def until_copying(stick: Path, before: int) -> None:
    """Until the export has put another photo onto the stick. Raises VmError."""
    end = time.monotonic() + 240
    while len(stick_photos(stick)[0]) <= before:
        if time.monotonic() > end:
            raise VmError("the export does not begin")
        time.sleep(0.5)


def root_is_read_only(machine: Machine) -> None:
    """Photos and settings alone are on a partition that can be written."""
    told = machine.run("findmnt --noheadings --output FSTYPE,OPTIONS --target /usr")
    check(told.startswith("overlay"), "the root is a layer in memory over a card that is only read")
    check(
        machine.run("cat /sys/block/vda/stat").split()[6] == "0", "and not one sector of it has been written"
    )


def hung(folder: Path, options: list[str]) -> Machine:
    """The kernel hangs: the hardware watchdog resets it, and it comes up by itself. It is left on."""
    machine = Machine(folder, options, read_only=True, resets=True)
    try:
        until_ready(machine)
        root_is_read_only(machine)
        machine.run(f"grep -q 'cooldown_seconds: 2.5' {CONFIG}")
        check(True, "and a setting edited when it could still be written is still there")
        first = machine.run("cat /proc/sys/kernel/random/boot_id")
        check(
            "i6300ESB" in machine.run("cat /sys/class/watchdog/watchdog0/identity"),
            "there is a hardware watchdog",
        )
        machine.run("sysctl --quiet kernel.panic=0")
        started = time.monotonic()
        machine.start("echo c >/proc/sysrq-trigger")
        machine.await_watchdog(120)
        print(f"    reset {time.monotonic() - started:.0f} s after the kernel hung", flush=True)
        until_ready(machine)
        check(
            machine.run("cat /proc/sys/kernel/random/boot_id") != first,
            "a hung kernel is reset by the watchdog",
        )
    except BaseException:
        machine.cut_power()
        raise
    return machine
