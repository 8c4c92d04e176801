"""What happens to the machine from its first power-on to the button that switches it off."""

import statistics
from pathlib import Path

from tests.machine.vm.card import CardJudge, StickVerdict, copy, judge_stick, stick_photos
from tests.machine.vm.machine import ORDINARY, STICKS, Machine, VmError

BOOT = 420
SERVICE = "smart-selfie.service"
PHOTOS = "/var/lib/smart-selfie/photos"
CONFIG = "/etc/smart-selfie/config.yaml"
IDLE_SECONDS = 20
BOUNCES = 3
HOLD_SECONDS = 6
"""Three are enough, but a busy machine may see the press late."""
TOO_SLOW = 75
"""Exit status of ``bounce``: it was no bounce, try again."""
JOURNAL = "journalctl --boot --no-pager --output=short-monotonic --lines=60"
STARTS = 3
"""Of which the one in the middle counts: the machine shares its processor with others."""
LIGHT_SHARE = 1 / 3
"""Of the time to the whole boot, at which the light must have come on."""


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


def no_more_photos(machine: Machine) -> list[str]:
    """Their names, once those that were under way are kept."""
    machine.until(f"there=$(ls {PHOTOS} | wc -l); sleep 4; test $(ls {PHOTOS} | wc -l) = $there", 60)
    return photos(machine)


def settings(machine: Machine, **values: str) -> None:
    """Edit settings, by their unique names, and wait until the appliance has taken them over."""
    words = " ".join(f"-e 's/^  {name}: .*/  {name}: {value}/'" for name, value in values.items())
    said = f"journalctl --unit {SERVICE} --output=cat | grep -c 'new configuration is in force'"
    before = int(machine.attempt(said)[1])
    machine.run(f"sed -i {words} {CONFIG}")
    machine.until(f"test $({said}) -gt {before}", 60)


def ordinary(folder: Path) -> None:
    """The card as setup.sh leaves it; the early light needs what the run before has noted."""
    with Machine(folder, ORDINARY) as machine:
        until_ready(machine)
        switch_off(machine)
    shares = []
    for _ in range(STARTS):
        with Machine(folder, ORDINARY) as machine:
            until_ready(machine)
            light, ready, told = light_and_ready(machine)
            shares.append(light / ready)
            print(f"    light {told}", flush=True)
            switch_off(machine)  # what is not finished would be written at the next start
    share = statistics.median(shares)
    check(
        share <= LIGHT_SHARE,
        f"the light comes on after {share:.2f} of the whole boot; a third at most is wanted",
    )


def light_and_ready(machine: Machine) -> tuple[float, float, str]:
    """Seconds from power-on to the light, and to the appliance being ready; with words for both."""
    ready = of_service(machine, "ActiveEnterTimestampMonotonic") / 1e6
    light = float(machine.run("cat /run/light-at"))
    share = f"{light / ready:.2f} of the whole boot"
    return light, ready, f"{light:.2f} s after power-on; the appliance is ready after {ready:.2f} s: {share}"


def switch_off(machine: Machine) -> None:
    """By the button."""
    machine.run("sync")
    machine.start(f"/srv/vm/press {HOLD_SECONDS}")
    try:
        machine.wait_off(120)
    except VmError as error:
        raise VmError(f"{error}\n{why_on(machine)}") from error
    check(True, f"the button, held for {HOLD_SECONDS} s, switches it off")


def why_on(machine: Machine) -> str:
    """What a machine says that should be off."""
    try:
        return "\n".join(machine.attempt(command, 30)[1] for command in ("systemctl list-jobs", JOURNAL))
    except VmError as error:
        return str(error)


def first_life(machine: Machine, folder: Path) -> None:
    """From here on the root is read-only: photos, button, sticks, memory, clock, and the button held."""
    until_ready(machine)
    more_photos(machine)
    check(True, "a photo of smiling faces")
    root_is_read_only(machine)
    button(machine)
    sticks(machine, folder)
    memory_limit(machine, folder)
    clock(machine)
    settings(machine, cooldown_seconds="2.5")
    switch_off(machine)


def root_is_read_only(machine: Machine) -> None:
    """Photos and settings alone are on a partition that can be written."""
    told = machine.run("stat --file-system --format=%T /usr")
    check(told == "overlayfs", "the root is a layer in memory over a card that is only read")
    check(sectors(machine)["ubda"] == 0, "and not one sector of it has been written since power-on")


def sectors(machine: Machine) -> dict[str, int]:
    """Sectors of 512 bytes written since power-on, of the root's disk and of the data's."""
    return {disk: int(machine.run(f"cat /sys/block/{disk}/stat").split()[6]) for disk in ("ubda", "ubdb")}


def button(machine: Machine) -> None:
    """Disarmed there are no photos, and the card is not written; a press arms it, and disarms it again."""
    settings(machine, mode="button")
    before = no_more_photos(machine)
    machine.run("sync")
    dark, written = looks(machine), sectors(machine)
    machine.run(f"sleep {IDLE_SECONDS}", IDLE_SECONDS + 60)
    check(photos(machine) == before, f"disarmed: no photo in {IDLE_SECONDS} s")
    now = sectors(machine)
    idle = {disk: now[disk] - written[disk] for disk in now}
    check(not any(idle.values()), f"and nothing is written meanwhile, in sectors of 512 bytes: {idle}")
    machine.run("/srv/vm/press 0.3; sleep 2")
    lit = looks(machine)
    check(lit > dark + 6, f"a press arms it: the light is on in {lit} of 60 looks, before in {dark}")
    more_photos(machine)
    check(True, "and there are photos again")
    machine.run("/srv/vm/press 0.3; sleep 1")
    before = no_more_photos(machine)
    machine.run("sleep 6")
    check(photos(machine) == before, "a second press disarms it")
    press_twice(machine)
    check(True, "two presses take a photo, disarmed as it is")
    bad_button(machine)


def bad_button(machine: Machine) -> None:
    """With more people wanted than there are, only the button could take a photo."""
    settings(machine, min_faces="40")
    before = no_more_photos(machine)
    bounced = 0
    while bounced < BOUNCES:
        status, told = machine.attempt("/srv/vm/bounce")
        machine.run("sleep 1.5")
        if status == 0:
            bounced += 1
            check(photos(machine) == before, f"contacts that bounce, {bounced} of {BOUNCES}, take no photo")
        elif status != TOO_SLOW:
            raise VmError(told)
        before = no_more_photos(machine)
    machine.run("/srv/vm/press 12; sleep 2")
    check(
        photos(machine) == before, "a button that is stuck for 12 s takes no photo and switches nothing off"
    )
    machine.run(f"journalctl --unit {SERVICE} --output=cat | grep -q 'is stuck, shorted or loose'")
    press_twice(machine)
    check(True, "let go, it works again")


def press_twice(machine: Machine) -> None:
    """Until there is a photo; a slow machine may make two presses of it now and then."""
    there, twice = len(photos(machine)), "/srv/vm/press 0.1; sleep 0.1; /srv/vm/press 0.1"
    machine.until(f"{twice}; sleep 3; test $(ls {PHOTOS} | wc -l) -gt {there}", 60)


def looks(machine: Machine) -> int:
    """How many of 60 looks at the light, a tenth of a second apart, see it on."""
    return int(machine.run("/srv/vm/look 60"))


def sticks(machine: Machine, folder: Path) -> None:
    """Of all kinds, plugged in and pulled out; what is on the vfat one is compared from outside."""
    settings(machine, min_faces="50")  # no photo meanwhile
    machine.run("/srv/vm/many 210")
    no_more_photos(machine)
    if machine.attempt("/srv/vm/plugged " + " ".join(STICKS.values()), 1800, show=True)[0]:
        raise VmError("NOT ok: sticks, see above")
    machine.plug_in()
    machine.until('test "$(cat /run/smart-selfie-export/light)" = safe_to_unplug', 240)
    machine.run("sleep 2")
    lit = int(machine.run("/srv/vm/look 80"))
    check(lit > 48, f"the light says safe to unplug, 3 s on and 1 s off: on in {lit} of 80 looks")
    machine.pull_out()
    machine.run("sync")
    there, listed = stick_photos(folder / "vfat.img")
    with machine.frozen():
        copy(folder / "data.img", folder / "look.img")
    judged = judge_stick(folder / "vfat.img", folder / "look.img")
    whole = StickVerdict(len(there), len(listed), [])
    check(judged == whole, f"each of the {len(there)} photos on it is that of the card")
    check(len(there) == len(listed) > 0, "and its list names them all")
    settings(machine, min_faces="1", mode="always_armed")


def memory_limit(machine: Machine, folder: Path) -> None:
    """Killed at its limit, and started anew; the photos are whole."""
    limit = machine.run(f"systemctl show --property=MemoryMax --value {SERVICE}")
    check(limit.isdigit(), f"its memory limit is in force: {int(limit) // 2**20} MiB")
    more_photos(machine)
    before, there = of_service(machine, "NRestarts"), set(photos(machine))
    machine.run(f"systemctl set-property --runtime {SERVICE} MemoryMax=40M", 120)
    machine.until(f"journalctl --unit {SERVICE} | grep -q oom-kill", 120)
    machine.run(f"systemctl set-property --runtime {SERVICE} MemoryMax={limit}")
    machine.until(f"test $(systemctl show --property=NRestarts --value {SERVICE}) -gt {before}", 60)
    until_ready(machine)
    check(True, "at its memory limit it is killed, started anew, and ready")
    machine.run("sync")
    with machine.frozen():
        copy(folder / "data.img", folder / "look.img")
    verdict = CardJudge().judge(folder / "look.img", there)
    check(verdict.good and verdict.whole > 0, f"and all {verdict.whole} photos are whole")


def clock(machine: Machine) -> None:
    """The clock jumps back a year: photos go on, and no name is used twice."""
    more_photos(machine)
    before, restarts = photos(machine), of_service(machine, "NRestarts")
    machine.run("date --set='-1 year' >/dev/null")
    more_photos(machine)
    more_photos(machine)
    after = photos(machine)
    news = sorted(set(after) - set(before))
    check(set(before) <= set(after), "the clock jumps back a year: no photo is overwritten")
    check(min(news) > max(before), f"the new ones go on in number: {max(before)}, then {min(news)}")
    check(of_service(machine, "NRestarts") == restarts, "and the appliance runs on")
