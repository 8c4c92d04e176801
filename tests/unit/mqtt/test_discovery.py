"""What Home Assistant reads of the appliance."""

import json

import pytest

from appliance.light.table import FAULTS
from appliance.mqtt.device import Device
from appliance.mqtt.discovery import discovery, discovery_topic, expression_options

DEVICE = Device(identifier="0123456789ab", name="Hall", model="Raspberry Pi 5", prefix="smart-selfie")
MUST = {
    "switch": {"command_topic", "value_template"},
    "button": {"command_topic"},
    "select": {"command_topic", "options", "value_template"},
    "sensor": {"value_template"},
    "binary_sensor": {"value_template", "device_class"},
    "event": {"state_topic", "event_types"},
    "image": {"image_topic", "content_type"},
    "update": {"value_template", "latest_version_topic"},
}
"""Keys without which Home Assistant refuses an entity or shows nothing; the device gives state_topic."""


@pytest.mark.parametrize("last_photo", [False, True])
def test_every_entity_has_what_its_platform_asks_for_and_a_name_of_its_own(last_photo: bool) -> None:
    told = json.loads(json.dumps(discovery(DEVICE, "happy", last_photo)))
    entities = told["components"].values()
    for entity in entities:
        assert MUST[entity["platform"]] <= entity.keys(), entity
    for key in ("unique_id", "name"):
        assert len({entity[key] for entity in entities}) == len(entities)
    assert ("last_photo" in told["components"]) is last_photo
    assert told["device"]["identifiers"] == ["smart_selfie_0123456789ab"]
    assert told["origin"]["name"] == "smart-selfie"


def test_every_fault_of_the_light_has_a_sensor() -> None:
    told = discovery(DEVICE, "happy", False)["components"]
    assert {str(fault) for fault in FAULTS} <= told.keys()


def test_several_expressions_at_once_can_be_shown_too() -> None:
    assert expression_options("happy").count("happy") == 1
    assert expression_options("happy or surprise")[-1] == "happy or surprise"


def test_it_stands_where_home_assistant_searches() -> None:
    assert discovery_topic("homeassistant", DEVICE) == "homeassistant/device/smart_selfie_0123456789ab/config"
