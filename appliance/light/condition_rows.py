"""Conditions: what watches, export and button report, with the signal of each."""

from collections.abc import Mapping
from enum import StrEnum

from appliance.light.patterns import (
    blink,
    code,
    reminder,
)
from appliance.light.row import (
    LED_CYAN,
    LED_GREEN,
    LED_MAGENTA,
    LED_RED,
    LED_YELLOW,
    Animation,
    Kind,
    Row,
)


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


CONDITION_ROWS: Mapping[Condition, Row] = {
    Condition.LET_GO: Row(
        title="Let go of the button",
        seen="flickering evenly, 5 a second",
        meaning="button held: let go now to power off",
        pattern=blink(0.1, 0.1),
        animation=Animation.ON,
        kind=Kind.EXCLUSIVE,
        priority=10,
    ),
    Condition.POWERING_OFF: Row(
        title="Powering off",
        seen="two blips a second",
        meaning="powering off; unplug when the light is dark and the green light of the board stays off",
        pattern=code(2, 0.1, 0.1, 0.7),
        animation=Animation.OFF,
        tone=440.0,
        kind=Kind.EXCLUSIVE,
        priority=20,
    ),
    Condition.EXPORTING: Row(
        title="Copying photos",
        seen="on, with a wink each second",
        meaning="copying photos to the stick: leave it in",
        pattern=blink(0.9, 0.1),
        animation=Animation.SLOW,
        colour=LED_CYAN,
        kind=Kind.EXCLUSIVE,
        priority=30,
    ),
    Condition.SAFE_TO_UNPLUG: Row(
        title="Safe to unplug",
        seen="long, 3 s on, 1 s off",
        meaning="the stick may be pulled out",
        pattern=blink(3.0, 1.0),
        animation=Animation.ON,
        colour=LED_GREEN,
        kind=Kind.EXCLUSIVE,
        priority=40,
    ),
    Condition.CAMERA_LOST: Row(
        title="Camera lost",
        seen="2 blinks, a pause",
        meaning="the camera does not answer; trying again",
        pattern=code(2),
        animation=Animation.BAD,
        colour=LED_RED,
        kind=Kind.EXCLUSIVE,
        priority=50,
        on_page=True,
        fault=True,
    ),
    Condition.STORAGE_FAULT: Row(
        title="Photos cannot be kept",
        seen="3 blinks, a pause",
        meaning="photos cannot be kept: card full, read-only or failing",
        pattern=code(3),
        animation=Animation.BAD,
        colour=LED_MAGENTA,
        kind=Kind.EXCLUSIVE,
        priority=60,
        on_page=True,
        fault=True,
    ),
    Condition.LENS_COVERED: Row(
        title="Lens covered",
        seen="4 blinks, a pause",
        meaning="the camera sees nothing: lens covered, room dark, or a light shines into it",
        pattern=code(4),
        animation=Animation.BAD,
        colour=LED_RED,
        kind=Kind.EXCLUSIVE,
        priority=70,
        on_page=True,
        fault=True,
    ),
    Condition.SAVING: Row(
        title="Saving",
        seen="flickering unevenly, 8 a second",
        meaning="the photo is being written",
        pattern=blink(0.05, 0.07),
        animation=Animation.BURST,
        colour=LED_CYAN,
        kind=Kind.ACTIVITY,
        priority=80,
    ),
    Condition.RECORDING: Row(
        title="Recording",
        seen="1 long blink and 1 short, every 6 s",
        meaning="a recording is being made",
        pattern=reminder(1),
        animation=Animation.BURST,
        colour=LED_RED,
        kind=Kind.REMINDER,
        priority=90,
    ),
    Condition.CARD_NEARLY_FULL: Row(
        title="Card nearly full",
        seen="1 long blink and 2 short, every 6 s",
        meaning="the card is nearly full",
        pattern=reminder(2),
        animation=Animation.SLOW,
        colour=LED_MAGENTA,
        kind=Kind.REMINDER,
        priority=100,
        fault=True,
    ),
    Condition.UNWELL: Row(
        title="Too hot or under-powered",
        seen="1 long blink and 3 short, every 6 s",
        meaning="too hot, or the power supply is too weak",
        pattern=reminder(3),
        animation=Animation.BAD,
        colour=LED_RED,
        kind=Kind.REMINDER,
        priority=110,
        fault=True,
    ),
    Condition.CONFIG_BAD: Row(
        title="Settings not usable",
        seen="1 long blink and 4 short, every 6 s",
        meaning="config.yaml has a mistake; the last good one is in use",
        pattern=reminder(4),
        animation=Animation.BAD,
        colour=LED_YELLOW,
        kind=Kind.REMINDER,
        priority=120,
        fault=True,
    ),
    Condition.BUTTON_STUCK: Row(
        title="Button stuck",
        seen="1 long blink and 5 short, every 6 s",
        meaning="the button is stuck or shorted",
        pattern=reminder(5),
        animation=Animation.BAD,
        colour=LED_YELLOW,
        kind=Kind.REMINDER,
        priority=130,
        fault=True,
    ),
}
