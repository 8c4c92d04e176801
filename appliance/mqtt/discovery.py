"""Device discovery of Home Assistant: one retained message that describes every entity of the appliance.

Format: https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload. Names, classes and units
are those of its integrations ``mqtt``, ``sensor`` and ``binary_sensor``.
"""

from collections.abc import Sequence
from typing import Any, get_args

from appliance.config.schema import Sensitivity
from appliance.light.states import SIGNALS
from appliance.light.table import FAULTS, TABLE
from appliance.mqtt.device import Device
from appliance.records.labels import EXPRESSIONS

ONLINE, OFFLINE = "online", "offline"
SENSITIVITIES: tuple[str, ...] = get_args(Sensitivity)


def discovery_topic(prefix: str, device: Device) -> str:
    """Return the topic of the message, below Home Assistant's ``prefix``."""
    return f"{prefix}/device/smart_selfie_{device.identifier}/config"


def discovery(device: Device, expression: str, last_photo: bool) -> dict[str, Any]:
    """Return the message. ``expression`` is the one in force, which may be several in a row.

    ``last_photo``: whether a picture of the last photo is published.
    """
    entities = {**_controls(device, expression), **_sensors(), **_faults(), **_machine(device)}
    if last_photo:
        entities["last_photo"] = {
            "platform": "image",
            "name": "Last photo",
            "image_topic": device.last_photo,
            "content_type": "image/jpeg",
        }
    for name, entity in entities.items():
        entity["unique_id"] = f"smart_selfie_{device.identifier}_{name}"
    return {
        "device": {
            "identifiers": [f"smart_selfie_{device.identifier}"],
            "name": device.name,
            "manufacturer": "Smart selfie",
            "model": device.model,
            "sw_version": device.version,
        },
        "origin": {"name": "smart-selfie", "sw_version": device.version},
        "availability": [{"topic": device.bridge}, {"topic": device.appliance}],
        "availability_mode": "all",
        "state_topic": device.state,
        "qos": 1,
        "components": entities,
    }


def expression_options(expression: str) -> list[str]:
    """Return what may be chosen: every expression, and ``expression`` itself where that is several."""
    return [*EXPRESSIONS, *([] if expression in EXPRESSIONS else [expression])]


def _controls(device: Device, expression: str) -> dict[str, dict[str, Any]]:
    return {
        "armed": {
            "platform": "switch",
            "name": "Armed",
            "icon": "mdi:camera-timer",
            "command_topic": device.command("armed"),
            "value_template": "{{ 'ON' if value_json.armed else 'OFF' }}",
        },
        "take_photo": {
            "platform": "button",
            "name": "Take a photo",
            "icon": "mdi:camera",
            "command_topic": device.command("photo"),
        },
        "expression": _select(device, "Expression", "expression", expression_options(expression)),
        "sensitivity": _select(device, "Sensitivity", "sensitivity", SENSITIVITIES),
        "photo": {
            "platform": "event",
            "name": "Photo",
            "icon": "mdi:image-plus",
            "state_topic": device.photo,
            "event_types": ["taken"],
        },
    }


def _select(device: Device, name: str, key: str, options: Sequence[str]) -> dict[str, Any]:
    return {
        "platform": "select",
        "name": name,
        "entity_category": "config",
        "command_topic": device.command(key),
        "value_template": f"{{{{ value_json.{key} }}}}",
        "options": list(options),
    }


def _sensors() -> dict[str, dict[str, Any]]:
    return {
        "people": _sensor("People", "people", state_class="measurement", icon="mdi:account-group"),
        "showing": _sensor(
            "People showing it", "showing", state_class="measurement", icon="mdi:emoticon-happy"
        ),
        "photos_today": _sensor(
            "Photos today", "photos_today", state_class="total_increasing", icon="mdi:image-multiple"
        ),
        "light": _sensor("Light", "light", device_class="enum", options=[str(signal) for signal in SIGNALS]),
    }


def _sensor(name: str, key: str, **more: Any) -> dict[str, Any]:
    return {"platform": "sensor", "name": name, "value_template": f"{{{{ value_json.{key} }}}}", **more}


def _faults() -> dict[str, dict[str, Any]]:
    return {
        str(fault): {
            "platform": "binary_sensor",
            "name": TABLE[fault].title,
            "device_class": "problem",
            "entity_category": "diagnostic",
            "value_template": f"{{{{ 'ON' if '{fault}' in value_json.faults else 'OFF' }}}}",
        }
        for fault in FAULTS
    }


def _machine(device: Device) -> dict[str, dict[str, Any]]:
    measured = {"state_class": "measurement", "entity_category": "diagnostic"}
    return {
        "temperature": _sensor(
            "Temperature", "temperature", device_class="temperature", unit_of_measurement="°C", **measured
        ),
        "free_space": _sensor(
            "Free space", "free_mb", device_class="data_size", unit_of_measurement="MB", **measured
        ),
        "version": {
            "platform": "update",
            "name": "Version",
            "entity_category": "diagnostic",
            "value_template": "{{ {'installed_version': value_json.version} | to_json }}",
            "latest_version_topic": device.latest_version,
        },
    }
