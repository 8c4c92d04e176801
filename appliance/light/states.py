"""Names of the light's signals. :mod:`appliance.light.table` gives the look and meaning of each.

The values are part of the feed, the metrics, ``/run/smart-selfie-export/light`` and the arguments of
``smart-selfie light``: they are stable.
"""

from enum import StrEnum


class State(StrEnum):
    """Activity of the appliance; one at a time, with every decision."""

    OFF = "off"
    STARTING = "starting"
    BOOTING = "booting"
    GIVEN_UP = "given_up"
    DISARMED = "disarmed"
    ARMED = "armed"
    PEOPLE = "people"
    WAITING = "waiting"
    TOO_FAR = "too_far"
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
"""Any signal of the light."""
SIGNALS: tuple[Signal, ...] = (*State, *Condition)
