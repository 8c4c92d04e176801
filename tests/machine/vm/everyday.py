"""What happens to the machine from its first power-on to the button that switches it off."""

import re
from pathlib import Path

from tests.machine.vm.card import copy, judge_stick, stick_photos
from tests.machine.vm.machine import Machine, VmError

BOOT = 420
SERVICE = "smart-selfie.service"
PHOTOS = "/var/lib/smart-selfie/photos"
CONFIG = "/etc/smart-selfie/config.yaml"
IDLE_SECONDS = 60


def check(held: bool, what: str) -> None:
    """Say it; the first thing that does not hold ends the run."""
    if not held:
        raise VmError(f"NOT ok: {what}")
    print(f"ok: {what}", flush=True)


def until_ready(machine: Machine) -> None:
    """The service has said that frames go through the whole pipeline."""
    machine.until(f"systemctl --quiet is-active {SERVICE}", BOOT)


def of_service(machine: Machine, name: str) -> int:
    """A property of the service that is a number."""
    return int(machine.run(f"systemctl show --property={name} --value {SERVICE}"))


def photos(machine: Machine) -> list[str]:
    """Their names, sorted."""
    return machine.run(f"ls {PHOTOS}").split()


def more_photos(machine: Machine, seconds: float = 120) -> None:
    """Until there is one more than now."""
    machine.until(f"test $(ls {PHOTOS} | wc -l) -gt {len(photos(machine))}", seconds)


def first_life(folder: Path, options: list[str]) -> None:
    """Boot, light, photos, button, stick, memory limit, clock; ended by holding the button."""
    machine = Machine(folder, options, read_only=False)
    try:
        boot(machine)
        button(machine)
        stick(machine, folder)
        memory_limit(machine)
        clock(machine)
        machine.run(f"sed -i 's/cooldown_seconds: .*/cooldown_seconds: 2.5/' {CONFIG}; sync")
        machine.start("/srv/vm/press 4")
        machine.wait_off(120)
        check(True, "the button, held for 4 s, switches it off")
    finally:
        machine.cut_power()


def boot(machine: Machine) -> None:
    """The light comes long before everything is ready."""
    until_ready(machine)
    ready = of_service(machine, "ActiveEnterTimestampMonotonic") / 1e6
    told = machine.attempt("cat /run/light-at")[1]
    check(bool(re.fullmatch(r"[\d.]+", told)), "the light comes on")
    light = float(told)
    check(light < ready, f"{light:.1f} s after power-on, the appliance is ready after {ready:.1f} s")
    print(f"    {light / ready:.2f} of the whole boot; a third is wanted", flush=True)
    more_photos(machine)
    check(True, "a photo of smiling faces")


def button(machine: Machine) -> None:
    """Disarmed there are no photos, and the card is not written; a press arms it."""
    machine.run(f"sed -i 's/mode: always_armed/mode: button/' {CONFIG}")
    machine.until(f"journalctl --unit {SERVICE} | grep -q 'new configuration is in force'", 60)
    machine.run("sleep 5; sync")
    before, dark, written = photos(machine), int(machine.run("/srv/vm/look 60")), sectors(machine)
    machine.run(f"sleep {IDLE_SECONDS}", IDLE_SECONDS + 60)
    check(photos(machine) == before, f"disarmed: no photo in {IDLE_SECONDS} s")
    now = sectors(machine)
    idle = {disk: now[disk] - written[disk] for disk in now}
    check(not any(idle.values()), f"and nothing is written meanwhile, in sectors of 512 bytes: {idle}")
    machine.run("/srv/vm/press 0.3; sleep 2")
    lit = int(machine.run("/srv/vm/look 60"))
    check(lit > dark + 6, f"a press arms it: the light is on in {lit} of 60 looks, before in {dark}")
    more_photos(machine)
    check(True, "and there are photos again")


def sectors(machine: Machine) -> dict[str, int]:
    """Sectors of 512 bytes written since power-on, of the root's disk and of the data's."""
    return {disk: int(machine.run(f"cat /sys/block/{disk}/stat").split()[6]) for disk in ("vda", "vdb")}


def stick(machine: Machine, folder: Path) -> None:
    """Plugged in, the photos go onto it, verified; the light says when it may be pulled out."""
    machine.plug_in()
    machine.until('test "$(cat /run/smart-selfie-export/light)" = safe_to_unplug', 240)
    said = machine.run(
        "journalctl --identifier=smart-selfie-export --output=cat | grep -E 'photos are on|Safe'"
    )
    machine.run("sleep 2")
    lit = int(machine.run("/srv/vm/look 80"))
    check(lit > 48, f"the light says safe to unplug, 3 s on and 1 s off: on in {lit} of 80 looks")
    machine.pull_out()
    machine.until("test ! -e /run/smart-selfie-export/light", 60)
    there, listed = stick_photos(folder / "stick.img")
    check(len(there) == len(listed) > 0, f"{len(there)} photos and their list are on the stick ({said})")
    machine.run("sync")
    with machine.frozen():
        copy(folder / "data.img", folder / "look.img")
    judged = judge_stick(folder / "stick.img", folder / "look.img")
    check(judged == (len(there), len(listed)), "each is the photo of the card, byte by byte")


def memory_limit(machine: Machine) -> None:
    """Killed at its limit, and started anew."""
    limit = machine.run(f"systemctl show --property=MemoryMax --value {SERVICE}")
    check(limit.isdigit(), f"its memory limit is in force: {int(limit) // 2**20} MiB")
    before = of_service(machine, "NRestarts")
    machine.run(f"systemctl set-property --runtime {SERVICE} MemoryMax=40M", 120)
    machine.until(f"journalctl --unit {SERVICE} | grep -q oom-kill", 120)
    machine.run(f"systemctl set-property --runtime {SERVICE} MemoryMax={limit}")
    machine.until(f"test $(systemctl show --property=NRestarts --value {SERVICE}) -gt {before}", 60)
    until_ready(machine)
    check(True, "at its memory limit it is killed, started anew, and ready")


def clock(machine: Machine) -> None:
    """The clock jumps back a year: photos go on, and no name is used twice."""
    press_until_armed(machine)
    before, restarts = photos(machine), of_service(machine, "NRestarts")
    machine.run("date --set='-1 year' >/dev/null")
    more_photos(machine)
    more_photos(machine)
    after = photos(machine)
    news = sorted(set(after) - set(before))
    check(set(before) <= set(after), "the clock jumps back a year: no photo is overwritten")
    check(min(news) > max(before), f"the new ones go on in number: {max(before)}, then {min(news)}")
    check(of_service(machine, "NRestarts") == restarts, "and the appliance runs on")


def press_until_armed(machine: Machine) -> None:
    """After its start it is disarmed, as rule.mode is button."""
    machine.run("/srv/vm/press 0.3")
    more_photos(machine)
