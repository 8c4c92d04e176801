"""The folder of the photos and the space on its card, as the doctor reports them."""

import os

from appliance.config import Config, load_config
from appliance.doctor import card
from appliance.doctor.finding import Status
from appliance.hw.machine import Machine
from tests.support.machine_folder import put


def test_a_folder_that_is_missing_or_cannot_be_written_is_a_fault(machine: Machine) -> None:
    config = Config()
    assert card.check_folder(machine, config).state is Status.UNKNOWN, "where it is not installed"
    machine.path("/etc/smart-selfie").mkdir(parents=True)
    assert card.check_folder(machine, config).state is Status.FAULT
    photos = machine.path(config.storage.folder)
    photos.mkdir(parents=True)
    (photos / "selfie-000001-20261121-120000.jpg").touch()
    found = card.check_folder(machine, config)
    assert (found.state, found.seen) == (Status.GOOD, f"{photos}, 1 photo")


def test_a_card_as_full_as_allowed_is_a_fault(machine: Machine) -> None:
    photos = machine.path(Config().storage.folder)
    photos.mkdir(parents=True)
    about = os.statvfs(photos)
    free_mb = about.f_bavail * about.f_frsize // 1_000_000
    plenty = load_config(None, [("storage.keep_free_mb", 0)])
    none_left = load_config(None, [("storage.keep_free_mb", min(1_000_000, free_mb + 1000))])
    assert card.check_space(machine, plenty).state is Status.GOOD
    assert card.check_space(machine, none_left).state is Status.FAULT


def test_reboots_of_the_rescue_are_reported(machine: Machine) -> None:
    assert card.check_rescues(machine).state is Status.GOOD
    put(machine, "/var/lib/smart-selfie/rescue-reboots", "2\n")
    found = card.check_rescues(machine)
    assert found.state is Status.WARNING
    assert found.seen.startswith("2 reboots")
