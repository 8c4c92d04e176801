"""The states of the ready indicator."""

from enum import StrEnum


class Light(StrEnum):
    """What the light says. The patterns are in ``appliance/hw/light.py``, the words in ``docs/light.md``."""

    OFF = "off"
    STARTING = "starting"
    DISARMED = "disarmed"
    ARMED = "armed"
    WAITING = "waiting"
    ALL = "all"
    PEOPLE = "people"
    PHOTO = "photo"
    SAVING = "saving"
    RECORDING = "recording"
    CARD_NEARLY_FULL = "card_nearly_full"
    STORAGE_FAULT = "storage_fault"
    CAMERA_LOST = "camera_lost"
    LENS_COVERED = "lens_covered"
    BOOTING = "booting"
    GIVEN_UP = "given_up"
    UNWELL = "unwell"
    CONFIG_BAD = "config_bad"
    BUTTON_STUCK = "button_stuck"
    EXPORTING = "exporting"
    SAFE_TO_UNPLUG = "safe_to_unplug"
    LET_GO = "let_go"
    POWERING_OFF = "powering_off"
