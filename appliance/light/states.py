"""What the light can say, by name. :mod:`appliance.light.table` tells how each looks and what it means.

The values are written to the feed, the metrics, ``/run/smart-selfie-export/light`` and typed after
``smart-selfie light``: they stay as they are.
"""

from enum import StrEnum


class State(StrEnum):
    """What the appliance does; one at a time, with every decision."""

    OFF = "off"
    STARTING = "starting"
    BOOTING = "booting"
    GIVEN_UP = "given_up"
    DISARMED = "disarmed"
    ARMED = "armed"
    PEOPLE = "people"
    WAITING = "waiting"
    ALL = "all"
    PHOTO = "photo"


class Condition(StrEnum):
    """A fault, an activity or a reminder; any number at a time, each from when it comes until it goes."""

    LET_GO = "let_go"
    POWERING_OFF = "powering_off"
    EXPORTING = "exporting"
    SAFE_TO_UNPLUG = "safe_to_unplug"
    CAMERA_LOST = "camera_lost"
    STORAGE_FAULT = "storage_fault"
    LENS_COVERED = "lens_covered"
    SAVING = "saving"
    RECORDING = "recording"
    CARD_NEARLY_FULL = "card_nearly_full"
    UNWELL = "unwell"
    CONFIG_BAD = "config_bad"
    BUTTON_STUCK = "button_stuck"


Signal = State | Condition
"""Whatever the light can show."""
SIGNALS: tuple[Signal, ...] = (*State, *Condition)
