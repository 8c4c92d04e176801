"""Identity at the broker: the same after every start, another on every board, and never a serial number."""

from pathlib import Path

from appliance.config.schema import MqttSettings
from appliance.hw.machine import Machine
from appliance.mqtt.device import identify
from tests.support.machine_folder import put


def machine(root: Path, serial: str = "", machine_id: str = "0" * 32) -> Machine:
    made = Machine(root)
    put(made, "/etc/machine-id", machine_id)
    if serial:
        put(made, "/proc/device-tree/serial-number", f"{serial}\0")
        put(made, "/proc/device-tree/model", "Raspberry Pi 4 Model B Rev 1.4\0")
    return made


def test_two_boards_with_copies_of_one_card_stay_apart(tmp_path: Path) -> None:
    settings = MqttSettings(name="Hall")
    first = identify(settings, machine(tmp_path / "a", "10000000abcdef01"))
    second = identify(settings, machine(tmp_path / "b", "10000000abcdef02"))
    again = identify(settings, machine(tmp_path / "a", "10000000abcdef01", "f" * 32))
    assert (first.name, first.model) == ("Hall", "Raspberry Pi 4 Model B Rev 1.4")
    assert first.identifier == again.identifier != second.identifier
    assert "abcdef" not in first.identifier


def test_topics_begin_with_what_the_owner_chose(tmp_path: Path) -> None:
    device = identify(MqttSettings(topic="school/hall"), machine(tmp_path))
    topics = (device.state, device.bridge, device.appliance, device.photo, device.last_photo)
    assert all(topic.startswith(f"school/hall/{device.identifier}/") for topic in topics)
    assert device.command("+").endswith("/set/+")
    assert device.latest_version == "school/hall/latest_version"
