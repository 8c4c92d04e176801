"""Schema of the settings, with unit, range, default and description: the one source of ``config.yaml``.

``smart-selfie check --print-default`` renders the shipped file from here, ``load`` validates against it.

Each module holds one section, or a few that belong together.
"""

from appliance.config.schema.board_settings import ButtonSettings, HardwareSettings
from appliance.config.schema.camera_settings import CameraSettings
from appliance.config.schema.faces_settings import FaceSettings, PeopleSettings
from appliance.config.schema.mqtt_settings import MqttSettings
from appliance.config.schema.photos_settings import ExportSettings, MomentSettings, StorageSettings
from appliance.config.schema.rule_settings import WAYS, RuleSettings, Sensitivity, Who
from appliance.config.schema.section import Section
from appliance.config.schema.sync_settings import SyncSettings
from appliance.config.schema.web_settings import WebSettings, is_loopback

__all__ = [
    "WAYS",
    "ButtonSettings",
    "CameraSettings",
    "Config",
    "ExportSettings",
    "FaceSettings",
    "HardwareSettings",
    "MomentSettings",
    "MqttSettings",
    "PeopleSettings",
    "RuleSettings",
    "Section",
    "Sensitivity",
    "StorageSettings",
    "SyncSettings",
    "WebSettings",
    "Who",
    "is_loopback",
]


class Config(Section):
    """The whole configuration."""

    camera: CameraSettings = CameraSettings()
    faces: FaceSettings = FaceSettings()
    people: PeopleSettings = PeopleSettings()
    rule: RuleSettings = RuleSettings()
    moment: MomentSettings = MomentSettings()
    storage: StorageSettings = StorageSettings()
    hardware: HardwareSettings = HardwareSettings()
    button: ButtonSettings = ButtonSettings()
    web: WebSettings = WebSettings()
    mqtt: MqttSettings = MqttSettings()
    export: ExportSettings = ExportSettings()
    sync: SyncSettings = SyncSettings()
