"""The light is there soon after power, before any library could be loaded, and never on a wrong pin."""

import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from appliance.config.live import LiveConfig
from appliance.hw import early_light, handover
from appliance.light.patterns import Facts
from appliance.light.states import State
from appliance.light.table import TABLE
from tests.support.early_boot import CHIP, WAIT, Boot

ROOT = Path(__file__).parents[3]
UNIT = ROOT / "systemd" / "smart-selfie-early-light.service"


@pytest.fixture
def boot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Boot]:
    boot = Boot(tmp_path)
    monkeypatch.setattr(early_light, "ioctl", boot.kernel.ioctl)
    yield boot
    if boot.thread.is_alive():
        boot.appliance_takes_over()


def test_it_blips_until_the_appliance_takes_over_and_leaves_no_light_behind(boot: Boot) -> None:
    boot.settings("led_pin: 22").ran_before().power_on()
    boot.until(lambda: len(boot.kernel.lit) > 2)
    boot.appliance_takes_over()
    assert boot.result == 0
    assert boot.kernel.lit[:3] == [{22}, set(), {22}]
    assert boot.kernel.lit[-1] == set()


def test_an_rgb_light_is_white_and_the_flash_is_held_dark(boot: Boot) -> None:
    boot.settings("led_pin: 17, rgb_pins: [5, 6, 13], flash_pin: 4").ran_before().power_on()
    boot.until(lambda: boot.kernel.lit)
    assert boot.kernel.lit[0] == {17, 5, 6, 13}
    assert boot.kernel.driven == {17, 5, 6, 13, 4}


def test_the_pins_are_asked_for_as_outputs_that_say_whose_they_are(boot: Boot) -> None:
    boot.settings("led_pin: 17").ran_before().power_on()
    boot.until(lambda: boot.kernel.lit)
    (request,) = boot.kernel.requests
    assert (request.config.flags, request.consumer) == (1 << 3, b"smart-selfie")  # GPIO_V2_LINE_FLAG_OUTPUT
    assert (request.config.num_attrs, request.event_buffer_size) == (0, 0)


def test_it_says_what_the_light_s_language_has_for_booting() -> None:
    second = islice(TABLE[State.BOOTING].pattern(Facts()), 3)
    assert [step.seconds for step in second if step.level] == [early_light.ON_SECONDS]
    second = islice(TABLE[State.BOOTING].pattern(Facts()), 3)
    assert sum(step.seconds for step in second if not step.level) == pytest.approx(early_light.OFF_SECONDS)


def edited(boot: Boot) -> None:
    boot.settings("led_pin: 23")


def overridden(boot: Boot) -> None:
    boot.config.with_name("config.override.yaml").write_text("hardware: {led_pin: 23}\n")


def of_others(boot: Boot) -> None:
    boot.config = boot.config.rename(boot.config.with_name("other.yaml"))


def other_board(boot: Boot) -> None:
    (boot.devices / "gpiochip1").write_text("pinctrl-rp1")


def never_ran(boot: Boot) -> None:
    boot.note.unlink()


def damaged(boot: Boot) -> None:
    boot.note.write_bytes(bytes(range(128, 256)))


def cut_off(boot: Boot) -> None:
    boot.note.write_text(boot.note.read_text().partition("shine")[0])


def no_number(boot: Boot) -> None:
    boot.note.write_text(boot.note.read_text().replace("shine 17", "shine x"))


def no_pin(boot: Boot) -> None:
    boot.note.write_text(boot.note.read_text().replace("shine 17", "shine 17,4000000000"))


@pytest.mark.parametrize(
    "changed",
    [edited, overridden, of_others, other_board, never_ran, damaged, cut_off, no_number, no_pin],
)
def test_no_pin_is_driven_on_a_guess_and_the_boot_goes_on(
    boot: Boot, monkeypatch: pytest.MonkeyPatch, changed: Callable[[Boot], None]
) -> None:
    monkeypatch.setattr(early_light, "LIGHT_WAIT_SECONDS", 0.0)
    boot.settings("led_pin: 17").ran_before()
    changed(boot)
    boot.power_on().thread.join(WAIT)
    assert boot.result == 0
    assert boot.kernel.driven == set()


@pytest.mark.parametrize("late", ["settings", "state", "devices"])
def test_what_is_mounted_or_made_later_makes_the_light_later(boot: Boot, tmp_path: Path, late: str) -> None:
    boot.settings("led_pin: 17").ran_before()
    place = {"settings": boot.config, "state": boot.state, "devices": boot.devices}[late]
    place.rename(tmp_path / "elsewhere")
    if late == "state":
        boot.state.mkdir()  # where it will be mounted
    boot.power_on()
    assert not boot.kernel.driven
    if late == "state":
        boot.state.rmdir()
    (tmp_path / "elsewhere").rename(place)
    boot.until(lambda: boot.kernel.lit)
    assert boot.kernel.lit[0] == {17}


def test_without_pins_there_is_no_note_and_an_old_one_goes(boot: Boot) -> None:
    boot.settings("led_pin: 17").ran_before()
    assert boot.note.exists()
    boot.ran_before(chip=None)
    assert not boot.note.exists()
    boot.settings("led_pin: none").ran_before()
    assert not boot.note.exists()


def test_a_setting_for_one_call_is_not_what_the_next_start_will_do(boot: Boot) -> None:
    boot.settings("led_pin: 17")
    live = LiveConfig(boot.config, [("hardware.led_pin", 5)], boot.state)
    handover.leave_note(live.next_start(), live.start()[0].hardware, CHIP)
    assert not boot.note.exists()


def test_a_note_that_cannot_be_written_is_reported_and_does_not_stop_the_appliance(
    boot: Boot, caplog: pytest.LogCaptureFixture
) -> None:
    boot.note.mkdir()
    boot.settings("led_pin: 17").ran_before()
    assert "no early light" in caplog.text


def test_the_unit_runs_the_file_that_setup_puts_there_and_it_loads_no_library(tmp_path: Path) -> None:
    (line,) = [line for line in UNIT.read_text().splitlines() if line.startswith("ExecStart=")]
    interpreter, options, script, config, note = shlex.split(line.partition("=")[2])
    assert Path(interpreter).name == "python"
    assert "appliance/hw/early_light.py" in (ROOT / "scripts" / "setup" / "release.sh").read_text()
    assert Path(script).parts[-2:] == ("share", early_light.__file__.rpartition("/")[2])
    assert (config, Path(note).name) == ("/etc/smart-selfie/config.yaml", handover.NOTE)
    (tmp_path / early_light.WANTED).touch()
    told = subprocess.run(
        [sys.executable, options, "-X", "importtime", early_light.__file__, config, note],
        env={"RUNTIME_DIRECTORY": str(tmp_path / "early-light")},
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    loaded = {line.rpartition("|")[2].strip() for line in told.splitlines() if "import time" in line}
    assert "fcntl" in loaded
    assert not loaded & {
        "re",
        "enum",
        "pathlib",
        "typing",
        "logging",
        "dataclasses",
        "yaml",
        "gpiozero",
        "lgpio",
    }
